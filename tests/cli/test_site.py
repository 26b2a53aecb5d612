"""A site is set up by a command that refuses what there is not."""

import pytest

from doseloop.model.errors import UnusableInput
from doseloop.roles.data_folder import DataFolder
from doseloop.store.models import AuditRow, Site
from doseloop.store.sites import set_up


def test_a_site_keeps_what_is_not_given(folder: DataFolder) -> None:
    set_up("Main", "Europe/London", {"dap_gy_cm2": "cGy·cm²"}, None)
    set_up("Main", None, {"ka_r_mgy": "Gy"}, True)

    site = Site.objects.get(name="Main")
    assert (site.zone, site.operators_shown) == ("Europe/London", True)
    assert site.units == {"dap_gy_cm2": "cGy·cm²", "ka_r_mgy": "Gy"}
    assert AuditRow.objects.filter(action="set up").count() == 2


@pytest.mark.parametrize(
    ("zone", "units", "named"),
    [("Mars/Base", {}, "Mars/Base"), (None, {"dose": "Gy"}, "dose"), (None, {"dap_gy_cm2": "Sv"}, "Sv")],
)
def test_what_there_is_not_is_refused_by_name(
    folder: DataFolder, zone: str | None, units: dict[str, str], named: str
) -> None:
    with pytest.raises(UnusableInput, match=named):
        set_up("Main", zone, units, None)
    assert not Site.objects.filter(name="Main").exists()
