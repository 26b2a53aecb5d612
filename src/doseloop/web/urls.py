"""Routes. Each view declares its right (`web.rights`)."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
]
