"""Sites and their scanners."""

from django.db import models


class Site(models.Model):
    """A hospital or clinic: roles, display units and days belong to it."""

    name = models.TextField(unique=True)
    zone = models.TextField(default="UTC")
    """IANA name of the site's time zone: its days and windows are counted in it."""
    units = models.JSONField(default=dict)
    """Display unit by quantity, where it is not the quantity's own: `{"dap_gy_cm2": "cGy·cm²"}`."""
    operators_shown = models.BooleanField(default=False)
    """Whether people who hold the right see operators and physicians. Off until the site switches it on."""


class Scanner(models.Model):
    """A piece of equipment, as its objects name it."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    key = models.TextField()
    """What stays the same for it: `harmonise.scanners.scanner_key`."""
    name = models.TextField()
    """What people call it: the station name at first, edited by hand."""
    modality = models.TextField()
    manufacturer = models.TextField(default="")
    model = models.TextField(default="")
    station_name = models.TextField(default="")
    serial_number = models.TextField(default="")
    software_versions = models.TextField(default="")
    first_object_at = models.DateTimeField()
    last_object_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "key"], name="scanner_is_one")]


class ScannerName(models.Model):
    """A name that a scanner has used for what it does. It stays known where its exams move to another scanner."""

    class Level(models.TextChoices):
        EXAM = "exam"
        ACQUISITION = "acquisition"

    scanner = models.ForeignKey(Scanner, on_delete=models.CASCADE, related_name="names_used")
    level = models.TextField(choices=Level.choices)
    written = models.TextField()
    name = models.TextField()
    """The name after `reference.names.normalised`."""
    first_at = models.TextField()
    """Start of the earliest exam with it, wall clock; never empty."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scanner", "level", "written"], name="scanner_name_is_one")]
        indexes = [
            models.Index(fields=["scanner", "name"], name="scanner_name_by_name"),
            models.Index(fields=["scanner", "first_at"], name="scanner_name_by_first"),
        ]
