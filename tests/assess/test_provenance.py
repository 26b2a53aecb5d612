"""A number is followed to its item, what was recorded, and the rule that repaired it."""

from pydicom import Dataset

from doseloop.assess.provenance import Origin, is_lower, origin
from doseloop.model.dose_object import DoseObject
from doseloop.model.reading import Reading
from doseloop.reading.object import read_object
from doseloop.reference.dose_items import items_of
from tests.reading import images
from tests.reading.reports import ct_report, encode, num, projection_report, run


def read(made: Dataset) -> DoseObject:
    return read_object(encode(made)).dose


def of_projection(dose: DoseObject, field: str) -> Origin:
    reading: Reading[float] | None = getattr(dose.projection_events[0], field)
    assert reading is not None
    items = [item for item in items_of(dose.kind) if item.of == "projection_events"]
    return origin(field, reading, items, dose.remarks)


def rules(found: Origin) -> list[str]:
    return [repair.rule for repair in found.repairs]


def test_a_content_item_has_its_code_and_its_name_in_the_standard() -> None:
    found = of_projection(read(projection_report(run(1))), "dap_gy_cm2")
    assert (found.code, found.name, found.source, found.repairs) == ("122130", "Dose Area Product", "content item", ())


def test_an_element_has_its_tag_and_its_name() -> None:
    found = of_projection(read(images.radiograph()), "kvp")
    assert (found.code, found.name, found.source, found.repairs) == ("(0018,0060)", "KVP", "header", ())


def test_another_unit_than_the_templates_is_a_repair_that_says_both() -> None:
    dose = read(projection_report(run(1, num(("113733", "KVP"), "80000", "V"))))
    (repair,) = of_projection(dose, "kvp").repairs
    assert (repair.rule, repair.said) == ("unit", "written in V where the template has kV; converted")


def test_several_values_and_a_misspelt_code_are_repairs() -> None:
    dose = read(projection_report(run(1, num(("99999", "KVP"), ["80", "82"], "kV"))))
    assert rules(of_projection(dose, "kvp")) == ["concept-by-meaning", "several-values"]


def test_a_makers_quirk_is_named_where_it_made_the_number() -> None:
    private = num(("021", "Table Height"), "812", "mm")
    private.ConceptNameCodeSequence[0].CodingSchemeDesignator = "99PHI-IXR-XPER"
    made = projection_report(run(1, private))
    made.Manufacturer = "Philips"
    found = of_projection(read(made), "table_height_mm")
    assert (found.name, rules(found)) == ("The maker’s own item", ["philips-private-table-height"])


def test_a_header_is_a_lower_source_where_the_table_puts_a_report_before_it() -> None:
    assert is_lower("projection", "radiograph")
    assert is_lower("tracer", "pet image")
    assert not is_lower("ct", read(ct_report()).kind)
    assert not is_lower("mr", "mr image")
