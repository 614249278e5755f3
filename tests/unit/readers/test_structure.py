"""Names beside values, in every kind of text that has them."""

from __future__ import annotations

import base64
import json

import pytest

from accord.core.reading import Reading
from accord.core.roles import Readout
from accord.readers.structure import StructureReader


def read(text: str, media_type: str = "") -> tuple[Reading, Readout]:
    root = Reading(text)
    return root, StructureReader().read(root, media_type)


def named(text: str, media_type: str = "") -> list[tuple[str, str, str]]:
    root, readout = read(text, media_type)
    return [(f.name, root.text[f.span.start : f.span.end], f.syntax) for f in readout.fields]


def shown(text: str, media_type: str = "") -> Reading:
    readings = [r for r in read(text, media_type)[1].readings if r.reader == "unescaped"]
    assert len(readings) == 1
    return readings[0]


def names_of(reading: Reading) -> list[tuple[str, str]]:
    return [(f.name, reading.text[f.span.start : f.span.end]) for f in reading.fields]


def test_json_values_are_named_by_their_path() -> None:
    text = '{"Customer": {"Email": "a@b.c", "tags": ["x", 7, true]}, "n": null}'
    assert named(text) == [
        ("customer.email", "a@b.c", "json.string"),
        ("customer.tags", "x", "json.string"),
        ("customer.tags", "7", "json.scalar"),
        ("customer.tags", "true", "json.scalar"),
        ("n", "null", "json.scalar"),
    ]


def test_json_without_escapes_has_no_second_reading() -> None:
    assert read('{"a": "b"}')[1].readings == ()


def test_json_escapes_are_read_with_their_fields() -> None:
    reading = shown('{"a": "J\\u00fcrgen \\"J\\" \\ud83d\\ude00\\n"}')
    assert reading.text == '{"a": "Jürgen "J" 😀\n"}'
    assert names_of(reading) == [("a", 'Jürgen "J" 😀\n')]
    assert not reading.disguise


def test_lone_surrogates_stay_escaped() -> None:
    assert read('{"a": "\\ud83d"}')[1].readings == ()


def test_json_within_a_json_string_is_opened() -> None:
    inner = json.dumps({"ssn": "123", "n": {"k": 5}})
    assert names_of(shown(json.dumps({"arguments": inner, "z": 1}))) == [
        ("arguments.ssn", "123"),
        ("arguments.n.k", "5"),
        ("z", "1"),
    ]


def test_json_lines_pass_over_a_broken_line() -> None:
    assert [value for _, value, _ in named('{"a": "1"}\n{"a": oops}\n{"a": "3"}\n')] == ["1", "3"]


@pytest.mark.parametrize(
    "text", ["[Note] nothing here", "{not json}", '{"a" "b"}', "[1, 2", "[" * 100_000, '{"a":' * 100_000]
)
def test_what_is_not_json_is_text(text: str) -> None:
    assert all(syntax not in {"json.string", "json.scalar"} for _, _, syntax in named(text, "application/json"))


def test_deep_json_is_read_to_the_bottom() -> None:
    depth = 100_000
    found = named("[" * depth + '{"deep": "x"}' + "]" * depth)
    assert found == [("deep", "x", "json.string")]
    name, value, _ = named('{"k":' * depth + '"v"' + "}" * depth)[0]
    assert value == "v" and name.endswith("k.k") and len(name) <= 200


def test_csv_cells_are_named_by_their_columns() -> None:
    text = 'Name,E-Mail,Note\r\n"Doe, J",j@x.y,"said ""hi"""\r\nAnn,,ok\r\n'
    assert named(text) == [
        ("name", "Doe, J", "csv.quoted"),
        ("e-mail", "j@x.y", "csv.bare"),
        ("note", 'said ""hi""', "csv.quoted"),
        ("name", "Ann", "csv.bare"),
        ("note", "ok", "csv.bare"),
    ]
    assert names_of(shown(text))[2] == ("note", 'said "hi"')


def test_quoted_cells_may_hold_lines() -> None:
    assert named('id,name,street\n1,Jo,"A\nB"\n2,Al,C\n')[2] == ("street", "A\nB", "csv.quoted")


@pytest.mark.parametrize("mark", ["\t", ";", "|"])
def test_other_separators(mark: str) -> None:
    rows = [["name", "phone"], ["Jo", "555"], ["Al", "556"]]
    found = named("\n".join(mark.join(row) for row in rows))
    assert found == [
        ("name", "Jo", "csv.bare"),
        ("phone", "555", "csv.bare"),
        ("name", "Al", "csv.bare"),
        ("phone", "556", "csv.bare"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Hello, world\nthis is, as I said, prose with, commas\nand more of it",
        "Dear Ann,\nthank you\nBest, Jo",
        "one,two",
        "As promised, her address:\n12 Low Road\nSt Ives, QC 54256\n",
        'a,b\n"' + "x" * 1_000,
    ],
)
def test_prose_with_commas_is_no_table(text: str) -> None:
    assert not any(syntax.startswith("csv") for _, _, syntax in named(text))


def test_markdown_tables() -> None:
    text = "Staff:\n\n| Name | **Mail** |\n|:-----|------|\n| Jo | j@x.y |\n| Al | |\n\nend"
    assert named(text) == [("name", "Jo", "value"), ("mail", "j@x.y", "value"), ("name", "Al", "value")]


def test_front_matter_and_yaml_are_named_with_their_parents() -> None:
    text = "---\nauthor: Jo\ncustomer:\n  email: a@b.c\n  home:\n    city: Rome\nother: 1\n---\n# Title\n"
    assert [(n, v) for n, v, _ in named(text)] == [
        ("author", "Jo"),
        ("customer.email", "a@b.c"),
        ("customer.home.city", "Rome"),
        ("other", "1"),
    ]


@pytest.mark.parametrize(
    ("line", "name", "value", "syntax"),
    [
        ('api_key = "sk-123"', "api_key", "sk-123", "code.string"),
        ("password: str = 'hunter2'", "password", "hunter2", "code.string"),
        ('String dbPassword = "x y";', "dbpassword", "x y", "code.string"),
        ('os.environ["API_KEY"] = "abc"', "api_key", "abc", "code.string"),
        ('connect(user="joe")', "user", "joe", "code.string"),
        ("{'token': 'abc'}", "token", "abc", "code.string"),
        ('see {"ssn": 123456789} there', "ssn", "123456789", "json.scalar"),
        ('see {"email": "x@y"} there', "email", "x@y", "json.string"),
        ("export DB_PASS=hunter2", "db_pass", "hunter2", "value"),
        ("12:30:01 INFO login user=joe ok", "user", "joe", "value"),
        ("Date of birth: 1980-01-02", "date of birth", "1980-01-02", "value"),
        ("- **Full name:** Jo Doe", "full name", "Jo Doe", "value"),
        ("MAC: aa:bb:cc:dd:ee:ff", "mac", "aa:bb:cc:dd:ee:ff", "value"),
        ("curl --user-password hunter2 x", "user-password", "hunter2", "value"),
        ("GET /a?token=abc&x=1", "token", "abc", "value"),
        ("hash => 'abc'", "hash", "abc", "code.string"),
        ('name := "abc"', "name", "abc", "code.string"),
        ("Passwort: geheim", "passwort", "geheim", "value"),
        ("имя: Анна", "имя", "Анна", "value"),
    ],
)
def test_assignments_and_labels(line: str, name: str, value: str, syntax: str) -> None:
    assert (name, value, syntax) in named(line)


def test_labels_on_one_line_end_where_the_next_begins() -> None:
    found = [(n, v) for n, v, _ in named("Name: John Smith Phone: 555-1234, City: Rome")]
    assert found == [("name", "John Smith"), ("phone", "555-1234"), ("city", "Rome")]


@pytest.mark.parametrize(
    "text", ["see https://a.b/c at 12:30", "C:\\temp x", "a == b != c <= d", "std::cout", "if x: y"]
)
def test_marks_that_name_nothing(text: str) -> None:
    assert all(value not in {"//a.b/c", "30", "= b", "\\temp x"} for _, value, _ in named(text))


def test_code_escapes_are_read() -> None:
    reading = shown('key = "a\\x41\\n\\u{42}"')
    assert names_of(reading) == [("key", "aA\nB")]


def test_html_text_attributes_and_comments() -> None:
    text = (
        "<p>Mail: a&#64;b.c</p><table><tr><th>Name</th><th>SSN</th></tr>"
        "<tr><td>Jo</td><td><b>12</b></td></tr></table>"
        '<input name="phone" value="555"><!-- password: abc --><script>var key = "xyz";</script>'
    )
    found = named(text)
    for expected in [
        ("mail", "a&#64;b.c", "html.text"),
        ("name", "Jo", "html.text"),
        ("ssn", "12", "html.text"),
        ("phone", "555", "html.attribute"),
        ("password", "abc", "value"),
        ("key", "xyz", "code.string"),
    ]:
        assert expected in found
    assert ("mail", "a@b.c") in names_of(shown(text))


def test_xml_elements_name_their_text() -> None:
    found = named(
        '<?xml version="1.0"?><order><client id="7"><mail>a@b</mail><n><![CDATA[x<y]]></n></client></order>'
    )
    assert ("order.client.mail", "a@b", "html.text") in found
    assert ("id", "7", "html.attribute") in found
    assert ("n", "x<y", "") in found


def test_no_external_entity_is_followed() -> None:
    text = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    assert all(not reading.text.startswith("root") for reading in read(text)[1].readings)


@pytest.mark.parametrize(
    "text", ["1 < 2 and 3 > 2", "<3 you", "a <- b", "<" * 5_000, "Dear <name>, hi", "vector<string> a"]
)
def test_less_than_is_no_markup(text: str) -> None:
    assert not any(syntax.startswith("html") for _, _, syntax in named(text))


MAIL = "\r\n".join(
    [
        "From: Jo Doe <jo@example.com>",
        "To: b@example.com",
        "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= =?utf-8?B?SsO2cmc=?= ok",
        "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="xx"',
        "",
        "--xx",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: base64",
        "",
        base64.encodebytes("Geheim: Straße 5, a@b.example. ".encode() * 4).decode().replace("\n", "\r\n") + "--xx",
        "Content-Type: multipart/alternative; boundary=yy",
        "",
        "--yy",
        "Content-Type: text/html",
        "",
        "<p>Phone: 555</p>",
        "--yy--",
        "--xx",
        "Content-Type: image/png; name=a.png",
        "Content-Transfer-Encoding: base64",
        "",
        "iVBORw0KGgo=",
        "--xx--",
        "",
    ]
)


def test_mail_headers_bodies_and_attachments() -> None:
    root, readout = read(MAIL)
    found = {f.name: root.text[f.span.start : f.span.end] for f in readout.fields}
    assert found["header.from"] == "Jo Doe <jo@example.com>"
    assert found["header.to"] == "b@example.com"
    assert found["phone"] == "555"
    body = next(r for r in readout.readings if r.reader == "base64")
    assert body.text.startswith("Geheim: Straße 5") and not body.disguise
    assert body.region is not None and body.encode is not None
    assert body.encode(body.text) == root.text[body.region.start : body.region.end]
    subject = next(r for r in readout.readings if r.reader == "unescaped")
    assert ("header.subject", "GrüßeJörg ok") in names_of(subject)
    [file] = readout.enclosed
    assert file.kind == "attachment of type image/png"
    assert file.data == b"\x89PNG\r\n\x1a\n"
    assert root.text[file.region.start : file.region.end] == "iVBORw0KGgo=" == file.encode(file.data)


def test_mail_that_cannot_be_decoded_is_a_fault() -> None:
    text = (
        "From: a@b\nTo: c@d\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n/////w==\n"
    )
    assert [f.category for f in read(text)[1].faults] == ["fault.undecodable"]


def test_mail_nested_beyond_its_bound_is_a_fault() -> None:
    text = "".join(f"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n" for i in range(20))
    faults = read("From: a@b\nTo: c@d\n" + text + "Content-Type: text/plain\n\nx")[1].faults
    assert [f.reason for f in faults] == ["mail parts are nested too deep"]


def test_a_declared_type_that_does_not_parse_is_plain_text() -> None:
    assert named("password: abc", "application/json") == [("password", "abc", "value")]


def test_fields_that_are_known_already_are_not_named_twice() -> None:
    root, readout = read('{"a": "b"}')
    root.name_fields(readout.fields)
    assert StructureReader().read(root, "").fields == ()


def test_more_fields_than_the_bound_is_a_fault() -> None:
    readout = StructureReader(max_fields=2).read(Reading('{"a": 1, "b": 2, "c": 3}'), "")
    assert len(readout.fields) == 2
    assert [f.category for f in readout.faults] == ["fault.uninspected"]


@pytest.mark.parametrize(
    "text",
    ["", "\0" * 1_000, "a" * 1_000_000, '"' * 99_999, "'a='" * 20_000, "=" * 99_999, ": " * 99_999, "<a " * 50_000,
     "\r\n" * 50_000, 'x="\\' * 20_000, "a\n\tb: " * 9_999],
)  # fmt: skip
def test_hostile_text_is_read_to_its_end(text: str) -> None:
    read(text)


def test_a_table_may_have_odd_names_among_many_columns() -> None:
    text = "Nom\tNé(e) le\tAdresse\tN° SS\tVille\nPetit\t01/02/1990\t5 rue X\t1\tLille\nRoux\t03/04/1991\t6 rue Y\t2\tMetz\n"
    fields = StructureReader().read(Reading(text), "").fields
    assert [f.name for f in fields[:5]] == ["nom", "né(e) le", "adresse", "n° ss", "ville"]
