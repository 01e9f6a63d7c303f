"""Pictures and tables, as a kernel shows them."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

from analyst_kernels import DisplayData, ExecuteResult


def png(width: int = 2, height: int = 1) -> str:
    """A PNG, as a kernel sends it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\0" * 3 * width for _ in range(height if height < 100 else 1))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    return base64.b64encode(content).decode() + "\n"


FIGURE = {
    "title": "Mass of <birds>",
    "axes": [
        {
            "title": "all",
            "x": {"label": "mass (g)"},
            "y": {"label": "birds"},
            "marks": [{"kind": "bars"}, {"kind": "bars"}, {"kind": "line"}],
        }
    ],
}


def drawn(width: int = 2, digest: Any = FIGURE) -> DisplayData:
    data = {"text/plain": "<Figure>", "image/png": png(width), "application/vnd.analyst.figure+json": digest}
    return DisplayData(data)


TABLE = ExecuteResult(
    {
        "text/plain": "   a\n0  1",
        "text/html": '<div><style scoped>td {color: red}</style><table border="1" class="dataframe">'
        '<thead><tr style="text-align: right;"><th></th><th>a</th></tr></thead>'
        "<tbody><tr><th>0</th><td>1</td></tr></tbody></table></div>",
    }
)
