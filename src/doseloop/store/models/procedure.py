"""Standard procedures, the names that mean them at a site, and reference levels."""

from django.db import models

from doseloop.store.models.equipment import Site


class Procedure(models.Model):
    """A standard procedure of the catalogue."""

    key = models.TextField(primary_key=True)
    """The catalogue's key: `ct-head`."""
    name = models.TextField()
    modality = models.TextField()


class ProcedureName(models.Model):
    """A name on a scanner that a site has mapped to a procedure."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE)
    modality = models.TextField()
    name = models.TextField()
    """The name after `harmonise.procedures.normalised`."""
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "modality", "name"], name="procedure_name_is_one")]


class ProcedureCode(models.Model):
    """What a code of a procedure is called, by a file of the site: RSNA's RadLex Playbook or LOINC."""

    code = models.TextField(primary_key=True)
    """The code's value in upper case, `RPID2` or `24558-9`: no two of these schemes share one."""
    scheme = models.TextField()
    name = models.TextField()


class ReferenceLevel(models.Model):
    """One row of a reference level set, with its source and how it was verified."""

    key = models.TextField(primary_key=True)
    set_key = models.TextField()
    country = models.TextField()
    authority = models.TextField()
    year = models.IntegerField()
    status = models.TextField()
    verification = models.TextField()
    source = models.TextField()
    procedure = models.ForeignKey(Procedure, null=True, on_delete=models.PROTECT)
    indication = models.TextField(default="")
    age_min_months = models.IntegerField(null=True)
    age_max_months = models.IntegerField(null=True)
    weight_min_kg = models.FloatField(null=True)
    weight_max_kg = models.FloatField(null=True)
    quantity = models.TextField()
    value = models.FloatField()
    phantom_cm = models.IntegerField(null=True)
    scope = models.TextField()
