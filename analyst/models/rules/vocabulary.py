"""Words of general English that questions about data are made of. Nothing here knows any single data set."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

CONCEPTS: tuple[tuple[str, str], ...] = (
    ("weigh weight mass heavy heavier light lighter", "mass weight wt"),
    ("long length short shorter longer", "length duration runtime"),
    ("tall height high", "height"),
    ("wide width broad", "width breadth"),
    ("deep depth thick", "depth thickness"),
    ("big size large area", "size area sqft surface"),
    ("price cost expensive cheap pricey costly", "price cost fare"),
    ("pay wage salary earn income rich poor wealthy", "wage salary income pay earning"),
    ("age old young older younger", "age"),
    ("fast speed slow velocity quick", "speed velocity mph kmh"),
    ("hot warm cold temperature cool", "temperature temp tmax tavg"),
    ("sale revenue turnover", "sale revenue turnover amount"),
    ("profit profitable margin", "profit margin"),
    ("populous population inhabitant", "population pop"),
    ("far distance distant", "distance dist"),
    ("strong strength", "strength"),
    ("rain rainfall rainy wet precipitation", "rain rainfall precipitation prcp"),
    ("windy wind", "wind"),
    ("popular popularity", "popularity vote view download"),
    ("rating rated score", "rating score grade"),
    ("efficient efficiency economical", "efficiency mpg"),
    ("powerful power horsepower", "power horsepower hp"),
    ("gender sex", "sex gender"),
    ("duration last lasting", "duration minute hour second"),
)
"""What is meant (words of the question) → tokens that columns of that meaning have in their names."""

SUPERLATIVES: dict[str, tuple[str, bool]] = {
    "heaviest": ("weight", True),
    "lightest": ("weight", False),
    "longest": ("length", True),
    "shortest": ("length", False),
    "tallest": ("height", True),
    "widest": ("width", True),
    "narrowest": ("width", False),
    "deepest": ("depth", True),
    "thickest": ("depth", True),
    "thinnest": ("depth", False),
    "biggest": ("size", True),
    "largest": ("size", True),
    "smallest": ("size", False),
    "priciest": ("price", True),
    "cheapest": ("price", False),
    "costliest": ("price", True),
    "oldest": ("age", True),
    "youngest": ("age", False),
    "fastest": ("speed", True),
    "slowest": ("speed", False),
    "hottest": ("temperature", True),
    "warmest": ("temperature", True),
    "coldest": ("temperature", False),
    "richest": ("income", True),
    "poorest": ("income", False),
    "wettest": ("rain", True),
    "rainiest": ("rain", True),
    "driest": ("rain", False),
    "windiest": ("wind", True),
    "strongest": ("strength", True),
    "farthest": ("distance", True),
    "most expensive": ("price", True),
    "least expensive": ("price", False),
    "most profitable": ("profit", True),
    "least profitable": ("profit", False),
    "most populous": ("population", True),
    "most popular": ("popularity", True),
    "most efficient": ("efficiency", True),
    "most powerful": ("power", True),
    "best rated": ("rating", True),
    "worst rated": ("rating", False),
    "best paid": ("pay", True),
    "worst paid": ("pay", False),
}
"""Superlative → concept (a word of CONCEPTS) and whether the highest value is meant."""

HIGHEST = r"highest|largest|biggest|greatest|most|maximum|max|top|best|peak"
LOWEST = r"lowest|smallest|least|fewest|minimum|min|bottom|worst"
ORDINALS = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5}

COMPARATIVES: dict[str, tuple[str, Literal[">", "<"]]] = {
    "heavier": ("weight", ">"),
    "lighter": ("weight", "<"),
    "longer": ("length", ">"),
    "shorter": ("length", "<"),
    "taller": ("height", ">"),
    "wider": ("width", ">"),
    "deeper": ("depth", ">"),
    "older": ("age", ">"),
    "younger": ("age", "<"),
    "faster": ("speed", ">"),
    "slower": ("speed", "<"),
    "cheaper": ("price", "<"),
    "warmer": ("temperature", ">"),
    "hotter": ("temperature", ">"),
    "colder": ("temperature", "<"),
}
"""Comparative → concept and operator."""

_ADDITIVE = """
amount birth case casualty click cost count death donation download emission expense export goal import
order output passenger point prcp precipitation production profit qty quantity rain rainfall revenue sale
spend spending tonnage total turnover unit view visit volume vote win
"""
ADDITIVE = frozenset(_ADDITIVE.split())
"""Tokens of columns whose values are naturally added up when rows are taken together."""

UNITS = {
    "mm": "mm",
    "cm": "cm",
    "km": "km",
    "g": "g",
    "kg": "kg",
    "lb": "lb",
    "lbs": "lb",
    "oz": "oz",
    "mph": "mph",
    "kmh": "km/h",
    "kph": "km/h",
    "usd": "USD",
    "eur": "EUR",
    "gbp": "GBP",
    "pct": "%",
    "percent": "%",
    "ms": "ms",
    "sec": "s",
    "secs": "s",
    "min": "min",
    "mins": "min",
    "hrs": "h",
    "celsius": "°C",
    "fahrenheit": "°F",
    "sqft": "sq ft",
    "sqm": "m²",
    "ml": "ml",
    "kwh": "kWh",
    "mg": "mg",
}
"""Last token of a column's name → unit as it is written."""

LASTING = frozenset(
    ["delay", "duration", "elapsed", "lag", "length", "ride", "time", "travel", "trip", "wait", "waiting"]
)
"""Tokens of columns in which `min` means minutes, and not the lowest."""

PERIODS = {
    "year": "year",
    "years": "year",
    "yearly": "year",
    "annual": "year",
    "annually": "year",
    "quarter": "quarter",
    "quarterly": "quarter",
    "month": "month",
    "months": "month",
    "monthly": "month",
    "week": "week",
    "weekly": "week",
    "day": "day",
    "daily": "day",
    "weekday": "weekday",
    "weekdays": "weekday",
    "hour": "hour",
    "hourly": "hour",
    "decade": "decade",
}

_ROW_NOUNS = """
case cases customer customers entries entry individual individuals instances item items member members
observation observations ones participant participants people person persons record records respondent
respondents row rows sample samples things times user users
"""
ROW_NOUNS = frozenset(_ROW_NOUNS.split())
"""Words for what one row is."""

_ASKING = """
a about above absolute across actually affect affects after again against all almost alone along also
although altogether always am among amount an analysis and another answer any anyone are around as ask
associated association at available average averages avg away bar bars based be because been before being
belong belongs below best better between big bigger biggest blank both bottom but by calculate calculated
can carries carry change changed changes chart check coefficient collected column columns columns' come
comes common compare compared comparing complete compute contain contained contains correlate correlated
correlates correlation correlations could count counted counts currently data dataframe dataset datasets
date dates decimal decimals depend depends describe description detect determine determined development
deviation deviations did differ difference differences different differently differs digits display
distinct distributed distribution distributions do does down draw draws duplicate duplicated duplicates
during e.g each earliest effect eight either empty entire equal equals every everything exact exactly
exceed exceeding exceeds exclude excluding exist exists explain explained explaining explains explore
factor factors fall falls far fewer fewest fifth figure figures file files find first five float floating
following for format four fourth fraction frequency frequent frequently from further gain general get give
given go goes got graph greater greatest grew group grouped groups grow had happen happened happens has
have having here high higher highest histogram hold holds how however i i.e identify if impact in include
included including influence insight insights integer interesting interquartile into iqr is it its itself
just know known kurtosis large larger largest last latest least left less let level levels lie lies like
line linear link linked list listed little long look low lower lowest made main make many matter matters
max maximum may me mean means measure measured median middle min minimum missing mode moderate more most
much my n na name named names nan nd nearest need negative neither newest next nine no non none nor normal
not notable noted noteworthy now null nulls number numbers observed occur occurs of off often oldest on
once one ones only onto or order other others our out outlier outliers over overall overview own part
pattern patterns peak pearson per percent percentage percentages percentile percentiles perform period
place places please plot point portion positive precisely present profile proportion provided quantile
quantity quartile question r range rank ranked rate ratio rd read really recent recorded records
registered related relation relations relationship report reported respectively result results round
rounded row rows same sample sampled say score sd second seen separately seven share she should show shows
significant since single six size skewness small smaller smallest so some sort sorted split st stand
standard stands std still story strength string strong strongest such sum summarise summarize summary
surveyed table take taken tell ten th than that the their them then there these they thing things third
this those three through time times to together top total totals towards trend trends two type types
typical under unique unit until up upon use used using usual usually value values variability variable
variables variance variation vary versus very via visible visualise visualize vs was we weak were what
what's when where whether which while who whole whose will with within without worse worst would yes yet
you your
"""
ASKING = frozenset(_ASKING.split())
"""Words with which one asks; whatever is neither here nor in the data could not be placed."""
MEASURED = frozenset(["amount", "count", "date", "quantity", "rate", "score", "total"])
"""Those of them that are as often the name of a column."""


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """The word without plural: rough, but the same for the question and for the names of columns."""
    word = word.lower().removesuffix("'s").removesuffix("’s")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "shes", "ches")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=8192)
def tokens(name: str) -> tuple[str, ...]:
    """A column's name in stems: split at anything that is no letter or digit, and at camelCase."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return tuple(stem(t) for t in re.findall(r"[^\W_]+", split))


@lru_cache(maxsize=8192)
def core(name: str) -> tuple[str, ...]:
    """The name's tokens without units at its end: body_mass_g → body, mass."""
    kept = tokens(name)
    while len(kept) > 1 and kept[0] in ("no", "num", "nr", "number", "of"):
        kept = kept[1:]
    while len(kept) > 1 and (
        kept[-1] in UNITS
        or re.search(rf"[\W_]{re.escape(kept[-1])}s?\W*$", name)
        and kept[-1] in {"m", "s", "h", "c", "f"}
    ):
        kept = kept[:-1]
    return kept


def unit(name: str) -> str:
    """The unit that a column's name ends in, as it is written; "" when there is none."""
    in_brackets = re.search(r"[(\[]\s*([^()\[\]]{1,12}?)\s*[)\]]\s*$", name)
    if in_brackets:
        return in_brackets[1]
    last = re.split(r"[\W_]+", name.rstrip(" _"))[-1].lower()
    if last == "min" and not LASTING.intersection(tokens(name)):
        return ""  # the lowest, as in temp_min
    return UNITS.get(last, "") if last != name.lower() else ""


def unitless(name: str) -> str:
    """A column's name in words, without the unit that it ends in."""
    words = " ".join(re.sub(r"[(\[][^()\[\]]*[)\]]\s*$", "", name).replace("_", " ").split())
    bare, _, last = words.rpartition(" ")
    return bare if bare and unit(name) and UNITS.get(last.lower()) == unit(name) else words


def concept_tokens(word: str) -> frozenset[str]:
    """The tokens that columns meant by this word can have in their names."""
    meant = stem(word)
    return frozenset(t for words, names in CONCEPTS if meant in words.split() for t in names.split())


def strip_superlative(word: str) -> str:
    """The word of CONCEPTS behind a superlative or a comparative, else the word itself."""
    if word in SUPERLATIVES:
        return SUPERLATIVES[word][0]
    return COMPARATIVES[word][0] if word in COMPARATIVES else word
