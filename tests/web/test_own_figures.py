"""One's own figures: for whom an account is, whatever the site shows others, and of nobody else."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model

from doseloop.access.scope import SYSTEM
from doseloop.store import own_person
from doseloop.store.audit import COMMAND
from doseloop.store.models import Person, RoleAtSite, Site
from tests.web.record import Department

PAGE = "/people/me/"


@pytest.fixture
def radiographer(department: Department) -> Department:
    """The radiographer of the site is Tina Brandt, and the site shows its people to nobody."""
    typed = Person.objects.get(pk=department.person).name
    own_person.say_who(SYSTEM, "radiographer", department.site.name, typed, COMMAND)
    Site.objects.update(operators_shown=False)
    return department


def test_the_own_figures_are_seen_where_the_site_shows_nobody(radiographer: Department, signed_in: Any) -> None:
    text = signed_in("radiographer").get(PAGE).content.decode()
    assert "Beside the others" in text
    assert radiographer.site.name in text
    assert signed_in("radiographer").get(f"/people/{radiographer.person}/").status_code == 403


def test_the_page_names_nobody_of_the_staff(radiographer: Department, signed_in: Any) -> None:
    text = signed_in("radiographer").get(f"{PAGE}?days=1095").content.decode()
    assert not [name for name in Person.objects.values_list("name", flat=True) if len(name) > 5 and name in text]


def test_the_figures_are_those_that_the_person_s_page_has(radiographer: Department, signed_in: Any) -> None:
    Site.objects.update(operators_shown=True)
    own = signed_in("radiographer").get(f"{PAGE}?days=1095").content.decode()
    theirs = signed_in("physicist").get(f"/people/{radiographer.person}/?days=1095").content.decode()

    def rows(text: str) -> str:
        return text.partition("<tbody>")[2].partition("</tbody>")[0]

    assert rows(own)
    assert rows(own) == rows(theirs)


def test_an_account_that_is_nobody_is_told_so_and_has_no_link(radiographer: Department, signed_in: Any) -> None:
    assert "Your account is no person yet." in signed_in("viewer").get(PAGE).content.decode()
    assert "My figures" not in signed_in("viewer").get("/").content.decode()
    assert "My figures" in signed_in("radiographer").get("/").content.decode()


def test_who_lost_every_role_at_the_site_sees_no_figure(radiographer: Department, signed_in: Any) -> None:
    account = get_user_model().objects.get(username="radiographer")
    RoleAtSite.objects.filter(account=account).delete()
    assert "Your account is no person yet." in signed_in("radiographer").get(PAGE).content.decode()


@pytest.mark.parametrize("given", ["site=x", f"site={10**30}", "site="])
def test_a_site_that_is_not_one_s_own_is_passed_over(given: str, radiographer: Department, signed_in: Any) -> None:
    assert radiographer.site.name in signed_in("radiographer").get(f"{PAGE}?{given}").content.decode()


@pytest.mark.parametrize("given", ["played=patient", "days=7"])
def test_an_address_that_means_nothing_is_refused(given: str, radiographer: Department, signed_in: Any) -> None:
    assert signed_in("radiographer").get(f"{PAGE}?{given}").status_code == 400
