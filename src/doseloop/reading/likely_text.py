"""What text bytes most likely are where the declared character set cannot be right: the bytes say which.

Each set that scanners write is tried. A reading is as likely as its letters are frequent in names and radiology of its
script; symbols, controls and a capital after a small letter speak against it. Latin letters with accents stand alone among
plain ones as a rule. The declared set has a start, so that nothing is changed on thin evidence.
"""

import codecs
import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

DECLARED_START = 0.8
"""What the declared set is ahead by, in natural logarithms of likelihood for each byte that is not ASCII."""
MOST_JUDGED = 400
"""Bytes of a text that are looked at."""
_TELLING = re.compile(rb"[A-Za-z]?(?:[\x80-\xff]+[\x40-\x7e]?)+[A-Za-z]?")
_RARE, _SYMBOL, _CASE, _SMALL_START, _MIXED = -6.5, -9.0, -5.0, -1.0, -3.0

_ALPHABETS = {
    "CYRILLIC": "оаеинтрслвкмдпуяыьгзбчйхжшюцщэфёіїєґъ",
    "GREEK": "αοιετσνηυρπκμλςωάίόδγέθχφήβζξύώψϊϋ",
    "HEBREW": "ילאהורמנבתדשכקעחפםגןצסטזךףץ",
    "ARABIC": "املنيرحدعبسوتفهكقجشطصخزغضةأظذثىإءئآؤ",
    "THAI": "านรกเงมยลวดทสตะปบคหแจพชขใไโผซถณศษฐธภฝฟ่้ิีืุูั์็ํ",
}
"""Letters of alphabets in small case, the most frequent in names first."""
_HAN = (
    "欧阳洋司马王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦"
    "贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常小大文明国华建平志伟东海军红玉春云丽英芳敏静秀娟"
    "兰霞艳杰强磊勇波辉俊超鹏飞宇浩天成永新民生胸部头腹盆腔平扫增强心脏脑肺肝骨颈椎腰椎四肢乳腺检查医院科正侧位片室"
    "張劉陳楊黃趙吳孫馬鄭謝許鄧韓馮蕭董蔣葉蘇呂盧譚陸賈鄒龍賀顧龔邵萬錢戴嚴莊邱曾賴江簡鍾游詹胡施洪翁溫柯阮國華偉東軍紅雲麗蘭"
    "艷傑強輝鵬飛美惠淑芬雅婷怡君家豪志明俊宏建國宜臺灣醫院檢查頭部腦山田中村木藤佐鈴高橋伊渡辺太郎花子一二三吉井川本松清水原"
)
_HANGUL = (
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민나진지엄채원천방공현함변염여추도소석선설마길"
    "동영수철순희숙경미은혜준호민서연윤지우현주은재성훈상진기태형석흉부복두뇌척추골반사지촬영검사병원환자자의과남녀규용인아름란화라"
)
_KANA = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワンガギグゲゴザジズゼゾダデドバビブベボパピプペポッャュョー"
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをんがぎぐげござじずぜぞだでどばびぶべぼぱぴぷぺぽっゃゅょ"
)


def _ranked(letters: str) -> dict[str, float]:
    return {letter: math.log(0.1 * 0.93**rank) for rank, letter in enumerate(dict.fromkeys(letters))}


def _even(letters: str, share: float) -> dict[str, float]:
    distinct = dict.fromkeys(letters)
    return dict.fromkeys(distinct, math.log(share / len(distinct)))


_LETTERS = {
    **{letter: value for letters in _ALPHABETS.values() for letter, value in _ranked(letters).items()},
    **_even(_HAN, 0.6),
    **_even(_HANGUL, 0.8),
    **_even(_KANA, 0.6),
}


@dataclass(frozen=True, slots=True)
class _Set:
    """A character set that scanners write."""

    encoding: str
    fits: Callable[[str], bool]
    """Whether a character is one that the set exists for."""
    is_alphabet: bool = False
    """Whether its letters never stand in one word with plain Latin ones."""
    start: float = 0.0
    """Below zero for a set that is seldom met."""


def _is_any(*words: str) -> Callable[[str], bool]:
    return lambda letter: unicodedata.name(letter, "").startswith(words)


_SETS = (
    *(_Set(name, _is_any("CYRILLIC"), is_alphabet=True) for name in ("cp1251", "iso8859_5")),
    _Set("koi8_r", _is_any("CYRILLIC"), is_alphabet=True, start=-1.0),
    *(_Set(name, _is_any("GREEK"), is_alphabet=True) for name in ("cp1253", "iso8859_7")),
    *(_Set(name, _is_any("HEBREW"), is_alphabet=True) for name in ("cp1255", "iso8859_8")),
    *(_Set(name, _is_any("ARABIC"), is_alphabet=True) for name in ("cp1256", "iso8859_6")),
    *(_Set(name, _is_any("CJK", "IDEOGRAPHIC", "FULLWIDTH")) for name in ("gb18030", "big5")),
    _Set("euc_kr", _is_any("HANGUL", "CJK")),
    _Set("cp932", _is_any("CJK", "KATAKANA", "HIRAGANA", "HALFWIDTH KATAKANA", "IDEOGRAPHIC", "FULLWIDTH")),
)
_LATIN_SIGNS = frozenset("µ°²³±§·–—’‘“”„…€×ªº®©«»¿¡")
_LATIN = _Set("cp1252", lambda letter: letter in _LATIN_SIGNS or unicodedata.name(letter, "").startswith("LATIN"))

_THAI = _Set("tis_620", _is_any("THAI"), is_alphabet=True, start=2.0)
"""Tried where it is declared, and ahead of the others then: no system declares it by default."""


def likely_encoding(raw: bytes, declared: str) -> str:
    """The encoding by which bytes that are not UTF-8 read most likely, `declared` (a Python encoding) ahead of the others;
    Windows Latin where none reads them whole. Judged is what `telling` leaves of them."""
    name = _name(declared)
    ahead = _LATIN.encoding if name in ("", "utf-8") else name
    chosen, best = _LATIN.encoding, -math.inf
    for one in _tried(name):
        text = _decoded(raw, one.encoding)
        if text is None:
            continue
        score = _likelihood(text, one) + one.start + (DECLARED_START if _name(one.encoding) == ahead else 0.0)
        if score > best:
            chosen, best = one.encoding, score
    return chosen


def telling(raw: bytes) -> bytes:
    """The part of a text that tells its set: its bytes that are not ASCII, with their neighbours."""
    return b" ".join(_TELLING.findall(raw))[:MOST_JUDGED]


def _tried(declared: str) -> tuple[_Set, ...]:
    """Windows Latin, the sets of other scripts, and the declared one where it is none of them."""
    if declared in ("utf-8", *(_name(one.encoding) for one in _SETS), _name(_LATIN.encoding)):
        return _LATIN, *_SETS
    return _THAI if declared == "tis-620" else _Set(declared, _is_any("LATIN")), _LATIN, *_SETS


def _name(encoding: str) -> str:
    """A Python encoding by its one name; Latin 1 and ASCII are read as Windows Latin, which has all of their letters."""
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        return ""
    return "cp1252" if name in ("ascii", "iso8859-1") else name


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _likelihood(text: str, one: _Set) -> float:
    """The mean logarithm of likelihood over the bytes that belong to characters other than ASCII."""
    total, bytes_of, before = 0.0, 0, ""
    for letter in text:
        if not letter.isascii():
            bytes_of += len(letter.encode(one.encoding))
            total += _of_letter(letter, before, one)
        if one.is_alphabet and before.isalpha() and letter.isalpha() and before.isascii() != letter.isascii():
            total += _MIXED
        before = letter
    return total / max(bytes_of, 1)


def _of_letter(letter: str, before: str, one: _Set) -> float:
    if not one.fits(letter):
        return _SYMBOL
    if one.fits("é"):
        return _latin(letter, before)
    if not (letter.isalpha() or unicodedata.category(letter) in ("Mn", "Mc", "Lm")):
        return _SYMBOL
    value = _value(letter.lower())
    if letter.isupper() and before.islower():
        value += _CASE
    if letter.islower() and not before.isalpha() and letter.upper() != letter:
        value += _SMALL_START
    return value


def _latin(letter: str, before: str) -> float:
    """An accented letter beside another one is rare; a capital after a small letter is a sign of another script."""
    value = -3.0 if before.isascii() else -5.5
    return value + (_CASE if letter.isupper() and before.islower() else 0.0)


@lru_cache(maxsize=4096)
def _value(letter: str) -> float:
    known = _LETTERS.get(letter)
    if known is not None:
        return known
    plain = unicodedata.normalize("NFD", letter)[0]
    return _LETTERS.get(plain, _RARE * (1.6 if unicodedata.name(letter, "").startswith(("CJK", "HANGUL")) else 1.0))
