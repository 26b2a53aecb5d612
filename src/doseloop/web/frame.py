"""What every page's frame shows."""

from django.conf import settings
from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, object]:
    """Context of the frame: whether this is the demo."""
    return {"demo": settings.DOSELOOP.demo}
