"""Who acts in a request, for the audit."""

from django.http import HttpRequest

from doseloop.store.audit import Actor


def actor_of(request: HttpRequest) -> Actor:
    """The account that is signed in, and the address it came from."""
    address = request.META.get("REMOTE_ADDR") or ""
    return Actor(account=request.user.pk, name=request.user.get_username(), address=address)
