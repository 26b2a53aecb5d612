"""Texts in the character sets of hospitals (PS3.3 section C.12.1.1.2), also where the declared set is not the one that is used."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

LATIN = ("Thorax", "Abdomen/Becken", "Cardiac 15 fps", "Kopf nativ")


@dataclass(frozen=True, slots=True)
class Script:
    """A declared Specific Character Set (0008,0005), how text is really written, and texts that it can write."""

    name: str
    declared: str
    encoded: Callable[[str], bytes]
    texts: tuple[str, ...] = LATIN


def _by(codec: str) -> Callable[[str], bytes]:
    return lambda text: text.encode(codec)


def _korean(text: str) -> bytes:
    return text.encode("ascii") if text.isascii() else b"\x1b$)C" + text.encode("euc_kr")


def _chinese(text: str) -> bytes:
    return text.encode("ascii") if text.isascii() else b"\x1b$)A" + text.encode("gb2312")


ASCII = Script("ASCII", "", _by("ascii"))
SCRIPTS = (
    ASCII,
    Script("Latin", "ISO_IR 100", _by("latin-1"), (*LATIN, "Schädel nativ", "Crâne sans injection", "Brøsthule")),
    Script("Latin in UTF-8", "ISO_IR 192", _by("utf-8"), (*LATIN, "Schädel nativ", "Kości czaszki", "胸部")),
    Script("UTF-8 under a declared Latin set", "ISO_IR 100", _by("utf-8"), (*LATIN, "testæøå", "Schädel nativ")),
    Script("Eastern European", "ISO_IR 101", _by("iso8859_2"), (*LATIN, "Klatka piersiowa", "Břicho nativně")),
    Script("Cyrillic", "ISO_IR 144", _by("iso8859_5"), ("Грудная клетка", "Голова", "Thorax")),
    Script("Greek", "ISO_IR 126", _by("iso8859_7"), ("Θώρακας", "Κεφαλή", "Thorax")),
    Script("Arabic", "ISO_IR 127", _by("iso8859_6"), ("صدر", "الرأس", "Thorax")),
    Script("Hebrew", "ISO_IR 138", _by("iso8859_8"), ("בית החזה", "ראש", "Thorax")),
    Script("Thai", "ISO_IR 166", _by("tis_620"), ("ทรวงอก", "ศีรษะ", "Thorax")),
    Script("Chinese", "GB18030", _by("gb18030"), ("胸部平扫", "头部", "Thorax")),
    Script("Chinese by escapes", "\\ISO 2022 IR 58", _chinese, ("胸部平扫", "头部", "Thorax")),
    Script("Japanese", "\\ISO 2022 IR 87", _by("iso2022_jp"), ("胸部単純", "頭部", "Thorax")),
    Script("Korean", "\\ISO 2022 IR 149", _korean, ("흉부", "두부", "Thorax")),
)


def text(chance: Random, script: Script) -> str:
    """A text that the script can write."""
    return chance.choice(script.texts)
