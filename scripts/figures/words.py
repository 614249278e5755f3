"""What the page says between its tables."""

INTRO = """\
# Accuracy

Written by `scripts/accuracy.py`; do not edit. {date}, {minutes:.0f} minutes on one core; at most {limit} rows
of a set unless its table says otherwise, drawn by the hash of the row.

{subject}
**One threshold set for all rows**, that of the default policy on the way to a model: {thresholds}. Personal
data is reported from each detector's published floor: {floors}.{missing}

How to read it:

- Figures in small type are 95 % intervals: Wilson's for shares of texts, otherwise a percentile bootstrap over
  documents or templates, for shares never narrower than Wilson's. *n* counts what should be found.
- *Precision*, *recall* and *F1* ask whether the right type touches the span; *exact F1* wants the same ends;
  *hidden* is the share of spans whose every letter and digit lies in a finding of any type: what a reader of
  the redacted text can no longer see. Characters are counted blind to type.
- Recall at 1 % false alarms takes the lowest threshold at which at most 1 % of the benign rows alarm, ties left
  out whole; below 100 benign rows none may.
- These are the development halves of public sets. Patterns and rules were written with them in sight, so expect
  less on text that nobody here has seen.
"""

SEEN = """\
- Sets marked † were used to train the weights for injection and harm that come with accord. Safety figures on
  them show that the weights fit and nothing about other text; how the method does on each of them when it is
  left out of training stands in the model card, `src/accord/detect/weights/text-heads.md`.
"""

PRIVACY = """\
## Personal data by type

Sets disagree where an address ends and a place begins, so places, addresses and postcodes are one type; dates
of birth are dates; all identifiers are one type. accord has no detector for: {undetected}. Those count as missed
in **all**, and a name found on one counts as wrong. In broad_twitter user names are marked as persons, and
count as such. In echr_anonymisation_es_fr spans begin with articles and titles ("El 3 de mayo",
"M. …"), which are left out of them here.
"""

PEER = """
Presidio {version} ({model}, configured as its package does, no score threshold) read the same rows in the same
run; it has organisations off by default. Its figures published for the whole presidio-research set are on other
rows. It is asked about English only.
"""

CASES = """\
## Identifiers

### presidio_recognizer_cases

Presidio's tests of its own recognizers, most of them a bare value without a word beside it. *Found*: a finding
of the right family; *hidden*: wholly hidden under any name; *raised*: the family raised where Presidio's table
says no (some of these fail a checksum, some are only written in a way that Presidio does not read).
"""

NUMBERS = """\
### stdnum_numbers

Valid numbers of companies and banks, by python-stdnum's name of the type. Alone most are only digits, and
staying silent is right; in a line that names them ("IBAN: …", "Company registration or tax number: …") they
should be found.
"""

NOBODY = """\
Numbers that concern nobody (books, securities, substances, libraries), alone and in a sentence about an archive:
any finding of personal data is wrong.
"""

INJECTION = """\
## Injection

Attacks of a set without benign rows are told from {pool}. Many BIPIA attacks are harmless tasks that are
attacks only because they stand in data; text alone cannot tell them.
"""

HARM = """\
## Harm

*Any harm* is the highest score of all harm categories; what is held or blocked leaves self-harm out, as the
policy does (it brings help instead). Each row has its own category against the rest of its set; AILuminate's
benign rows are the few on specialised advice, and its prompts are written to elicit, so not each is harmful on
its own. PyRIT's are answers that people rated 0.5 or more. HarmBench and AdvBench are told from {pool}.
"""

BIAS = """\
## Bias

*BPSN* is low where the harmless about a group outrank the harmful about others: false alarms. *BNSP* is low
where the harmful about the group are missed (Borkan et al. 2019). Groups with fewer than 50 texts are left out.
"""

ALARMS = """\
## False alarms

Texts that hold no attack and ask for no harm: the share that would be held or blocked. On prompts also the
share in which an identifier, account, secret or network address is reported, an upper bound, as a few do hold
one.
"""

SOURCES = """\
## Sources

The sets are not part of accord. Where a licence asks for a name, it is here.
"""

LEFT_OUT = """\
## Sources left out of training

From the model card: each source scored by weights that never saw it, nor the rest of its fold; `held` and
`blocked` are shares at the thresholds above. This, with the unmarked rows above, is what to expect on new text.
"""

FIT = "Sets the weights were trained on: that they fit, nothing more.\n"
