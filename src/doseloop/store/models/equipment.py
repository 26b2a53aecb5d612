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
    part_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")
    """The scanner that it is another name of, as a person decided (`store.scanner_merging`)."""
    root = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="members")
    """Where its exams count since then: the end of the chain of `part_of`. None where it stands for itself."""

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
            models.Index(fields=["first_at", "scanner"], name="scanner_name_by_first"),
        ]


class ScannerSpan(models.Model):
    """What a scanner's objects said of it, and the first and the last day of the studies that said so. It only widens, so that
    studies may come in any order."""

    scanner = models.ForeignKey(Scanner, on_delete=models.CASCADE, related_name="spans")
    software_versions = models.TextField(default="")
    station_name = models.TextField(default="")
    institution = models.TextField(default="")
    first_on = models.TextField()
    """ISO day."""
    last_on = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scanner", "software_versions", "station_name", "institution"], name="span_is_one"
            )
        ]


class TimelineEntry(models.Model):
    """Something that happened to a scanner, as a person wrote it down (`store.timeline`)."""

    scanner = models.ForeignKey(Scanner, on_delete=models.CASCADE, related_name="entries")
    key = models.CharField(max_length=32, unique=True)
    on = models.TextField()
    """ISO day."""
    kind = models.TextField()
    note = models.TextField()


class UsualWeekRow(models.Model):
    """When a scanner works as a rule, as its exams of the past weeks say (`assess.heartbeat`)."""

    scanner = models.OneToOneField(Scanner, on_delete=models.CASCADE, related_name="usual")
    per_hour = models.JSONField()
    """Exams in each hour of a week, from Monday 00:00; an hour in which it does not work as a rule has 0."""
    weeks = models.FloatField()
    exams = models.IntegerField()
    day_variance = models.FloatField()
    known_at = models.DateTimeField()
