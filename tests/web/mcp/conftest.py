"""The facts over a department as chance has it, as the tests of answers have them."""

from tests.ask.conftest import facts as facts
