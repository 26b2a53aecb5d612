"""Noise of a CT image: the standard deviation that homogeneous soft tissue most often has (global noise level)."""

from typing import Final

from doseloop.dosimetry.method import Method, Source
from doseloop.model.diameter import MeasuredNoise
from doseloop.model.estimate import Estimate, Input

METHOD: Final = Method(
    id="noise-global-level",
    version=1,
    quantity="noise_hu",
    title="Global noise level of an axial CT image",
    equation="noise = mode of s over the tiles of soft tissue\n"
    "s: standard deviation of the pixels of a tile of 6 mm, HU; soft tissue: tiles within the patient whose mean is 0 to 100 HU",
    validity="Axial images in Hounsfield units with pixels of 1.3 mm or less and at least 60 tiles of soft tissue (20 cm²). "
    "Comparable for the same slice thickness and kernel alone. Noise that is coarser than a tile is not seen.",
    uncertainty="The paper gives a mean difference of 3.4 % from an image subtraction in a phantom and of 4.7 % from observers in "
    "patients.",
    sources=(
        Source(
            "Christianson et al. (2015), AJR 205:W93", "abstract; kernel and CT numbers as programs quote them",
            "https://doi.org/10.2214/AJR.14.13613",
        ),
    ),
    not_verified="The paper was seen in its abstract alone, and no image with a published noise level; noise made by code is found "
    "to 3 %. Tiles stand side by side, where the paper moves its kernel pixel by pixel.",
)  # fmt: skip


def estimate(found: MeasuredNoise | None) -> Estimate | None:
    """What was measured in the images of an acquisition; None where nothing was. It is no dose, and stands for nothing else."""
    if found is None:
        return None
    return Estimate(
        quantity=METHOD.quantity,
        value=found.value_hu,
        method=METHOD.id,
        version=METHOD.version,
        verified=METHOD.is_verified,
        inputs=(Input("series", "the images that show it", "images", found.detail),),
        is_default=False,
    )
