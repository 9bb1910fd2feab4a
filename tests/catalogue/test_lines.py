"""EPANET models: their lines, whatever the encoding and the ends of lines."""

from pathlib import Path

import pytest

from agglo.catalogue.mapping import Mapping
from agglo.catalogue.preparation import prepare
from agglo.catalogue.schema import Schema
from agglo.contract.errors import InvalidInput

SCHEMA = Schema.load(Path("agglo/models/water/schemas/water-network.json"))
MODEL = ["[TITLE]", "Réseau d'essai", "", "[JUNCTIONS]", ";ID  Elev", " n1\t12,5  ;café", "Total", "[END]"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_line_is_kept_as_it_is(tmp_path, end, encoding):
    path = tmp_path / "town.inp"
    path.write_bytes((end.join(MODEL) + end).encode(encoding))
    found = prepare(path, schema=SCHEMA)
    assert found.source_format == "inp"
    assert found.table.to_pydict() == {"line": list(range(1, 9)), "text": MODEL}
    name = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(encoding, encoding)
    assert found.report["notes"][0].startswith(f"read as {name}")


def test_the_encoding_may_be_said_and_the_last_line_needs_no_end(tmp_path):
    path = tmp_path / "TOWN.INP"
    path.write_bytes("\n".join(MODEL).encode("iso8859-15"))
    found = prepare(path, schema=SCHEMA, mapping=Mapping.from_dict({"encoding": "iso8859-15"}))
    assert found.table["text"].to_pylist() == MODEL


def test_what_is_no_model_is_refused(tmp_path):
    path = tmp_path / "town.inp"
    for content, said in ((b"a;b\n1;2\n", "found no section"), (b"", "an empty file"), (b"[A]\n\0\n", "zero bytes")):
        path.write_bytes(content)
        with pytest.raises(InvalidInput, match=said):
            prepare(path, schema=SCHEMA)
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(InvalidInput, match="found a PDF document, expected an EPANET model"):
        prepare(path, schema=SCHEMA)


def test_a_model_under_another_schema_is_refused(tmp_path):
    path = tmp_path / "town.inp"
    path.write_text("\n".join(MODEL), encoding="utf-8")
    with pytest.raises(InvalidInput, match='column "code": found no such column'):
        prepare(path, schema=Schema.from_dict({"fields": [{"name": "code"}]}))
