"""What an item of a content tree may say to whom: who the patient is, who the staff are, and the rest.

Concepts are of PS3.16 (context groups of TID 1002, 1004 to 1007 and 1020). A name or text of a context that is none of the
known ones may be about the patient and is taken for it.
"""

from dataclasses import dataclass

from doseloop.web.content_tree import ItemLike

_PATIENT = {
    *map(str, range(121024, 121037)),  # TID 1006 to 1009: subject's class, UID, name, ID, birth date, sex, age, species
    *("121020", "121021", "121022"),  # TID 1005: placer number, filler number, accession number
}
_STAFF = {
    *("121008", "128774"),  # TID 1003: person observer's name and login
    *("113870", "113871", "113850", "113877"),  # TID 1020 and 10013: person name, person ID, authorising
}
_CONTEXT = {str(number) for number in range(121005, 121020)}
"""TID 1002 to 1005: observers and procedure, which are not the patient."""
_NAMING = {"PNAME", "TEXT", "UIDREF", "DATE"}


@dataclass(frozen=True, slots=True)
class Needs:
    """The rights without which an item's value is withheld."""

    identity: bool = False
    operators: bool = False

    def met(self, *, identity: bool, operators: bool) -> bool:
        """Whether a viewer with these rights may see the value."""
        return (identity or not self.identity) and (operators or not self.operators)


def needs_of(item: ItemLike, above: Needs) -> Needs:
    """The rights that the item needs; what stands beneath a withheld item is withheld with it."""
    own = _own(item)
    return Needs(own.identity or above.identity, own.operators or above.operators)


def _own(item: ItemLike) -> Needs:
    concept = item.concept.value if item.concept else ""
    if concept in _PATIENT:
        return Needs(identity=True)
    if concept in _STAFF:
        return Needs(operators=True)
    if item.value_type == "PNAME":
        return Needs(identity=True, operators=True)
    context = (item.relationship or "").upper() == "HAS OBS CONTEXT"
    return Needs(identity=context and item.value_type in _NAMING and concept not in _CONTEXT)
