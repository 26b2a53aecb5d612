"""What is done to sound objects: each mutator spoils one thing, and says whether a reader can know.

The table `MUTATORS` is all of them, in the order of `damage` (bytes and lengths), `lies` (what the object says of itself)
and `values` (what it says of dose).
"""

from tests.mutation import damage, lies, values
from tests.mutation.mutant import Mutator

MUTATORS: tuple[Mutator, ...] = (*damage.MUTATORS, *lies.MUTATORS, *values.MUTATORS)
EVERY_TAG = damage.CUT_AT_A_TAG
"""The one that is also run for every boundary of every seed."""
