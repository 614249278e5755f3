"""Secrets by the prefix their issuer gives them, and assignments to names that mean a secret."""

# ruff: noqa: E501 - a row is one line, so that rows can be compared

from __future__ import annotations

from accord.detect.tables.pattern import Edge, Pattern
from accord.detect.tables.secret_value import entropy, likely, password_like, placeholder, spoken

API_KEY = "privacy.credential.api_key"
TOKEN = "privacy.credential.token"  # noqa: S105 - a category
PASSWORD = "privacy.credential.password"  # noqa: S105 - a category


def random_tail(value: str) -> bool:
    """Whether what follows a known prefix is random rather than `XXXX` or `your-key`."""
    tail = value[4:]
    return not placeholder(value) and entropy(tail) >= 2.5 and len(set(tail)) >= 8


def _aws_id(value: str) -> bool:
    return ("EXAMPLE" not in value and len(set(value)) >= 8) or value == "AKIAIOSFODNN7EXAMPLE"


def _row(name: str, regex: str, category: str = API_KEY, score: float = 0.95) -> Pattern:
    if regex.startswith(r"\b"):
        regex = rf"(?:\b|\\[nrt])({regex[2:]})"  # an escaped line break joins what follows it
    return Pattern(f"secret.{name}", category, regex, score, check=random_tail, strong=True, edge=Edge.WORD)


_NAMED = (  # name, expression, category
    ("aws.session", r"\b(?:FwoGZXIvYXdz|IQoJb3JpZ2lu)[A-Za-z0-9/+=]{40,}", TOKEN),
    ("aws.bedrock", r"\bABSK[A-Za-z0-9+/]{60,180}={0,2}", API_KEY),
    ("google.api", r"\bAIza[0-9A-Za-z_-]{35}\b", API_KEY),
    ("google.oauth", r"\bya29\.[0-9A-Za-z_-]{20,}", TOKEN),
    ("google.refresh", r"\b1//0[0-9A-Za-z_-]{30,}", TOKEN),
    ("google.secret", r"\bGOCSPX-[0-9A-Za-z_-]{28}\b", API_KEY),
    ("azure.client_secret", r"\b[a-zA-Z0-9_~.]{3}[78]Q~[a-zA-Z0-9_~.-]{31,34}\b", API_KEY),
    ("github.classic", r"\bgh[pousr]_[A-Za-z0-9]{36,251}\b", TOKEN),
    ("github.fine", r"\bgithub_pat_[A-Za-z0-9_]{36,255}\b", TOKEN),
    ("gitlab", r"\bgl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct)-[A-Za-z0-9_.-]{20,}", TOKEN),
    ("bitbucket", r"\bATBB[A-Za-z0-9]{24,32}\b", TOKEN),
    ("atlassian", r"\bATATT3[A-Za-z0-9_=-]{60,}", TOKEN),
    ("openai.project", r"\bsk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,}", API_KEY),
    ("openai", r"\bsk-[A-Za-z0-9]{20,}T3BlbkFJ[A-Za-z0-9]{20,}\b", API_KEY),
    ("anthropic", r"\bsk-ant-[a-z0-9]{3,10}-[A-Za-z0-9_-]{20,}", API_KEY),
    ("openrouter", r"\bsk-or-(?:v1-)?[A-Za-z0-9]{32,}\b", API_KEY),
    ("sk", r"\bsk-[A-Za-z0-9]{32,64}\b", API_KEY),
    ("huggingface", r"\b(?:hf|api_org)_[A-Za-z0-9]{30,40}\b", API_KEY),
    ("groq", r"\bgsk_[A-Za-z0-9]{40,60}\b", API_KEY),
    ("xai", r"\bxai-[A-Za-z0-9]{60,90}\b", API_KEY),
    ("perplexity", r"\bpplx-[A-Za-z0-9]{40,60}\b", API_KEY),
    ("replicate", r"\br8_[A-Za-z0-9]{37,40}\b", API_KEY),
    ("nvidia", r"\bnvapi-[A-Za-z0-9_-]{50,80}", API_KEY),
    ("fireworks", r"\bfw_[A-Za-z0-9]{20,30}\b", API_KEY),
    ("langsmith", r"\blsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}\b", API_KEY),
    ("tavily", r"\btvly-(?:dev-)?[A-Za-z0-9]{20,40}\b", API_KEY),
    ("pinecone", r"\bpcsk_[A-Za-z0-9]{5,8}_[A-Za-z0-9]{50,70}\b", API_KEY),
    ("stripe", r"\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,247}\b", API_KEY),
    ("stripe.webhook", r"\bwhsec_[A-Za-z0-9+/]{24,64}={0,2}", API_KEY),
    ("square", r"\b(?:sq0(?:atp|csp|idp)-[0-9A-Za-z_-]{22,43}|EAAA[A-Za-z0-9_-]{60,64})\b", API_KEY),
    ("paypal.braintree", r"\baccess_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}\b", TOKEN),
    ("razorpay", r"\brzp_(?:live|test)_[A-Za-z0-9]{14,24}\b", API_KEY),
    ("adyen", r"\bAQE[A-Za-z0-9]{5}[A-Za-z0-9+/=]{60,}-[A-Za-z0-9+/=]{20,}-", API_KEY),
    ("plaid", r"\baccess-(?:sandbox|development|production)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", TOKEN),
    ("shopify", r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b", TOKEN),
    ("slack", r"\bxox[abeoprs]-(?:[0-9A-Za-z]+-){0,5}[0-9A-Za-z-]{10,}", TOKEN),
    ("slack.app", r"\bxapp-[0-9]-[A-Z0-9]{8,}-[0-9]{10,}-[a-f0-9]{40,}\b", TOKEN),
    ("slack.webhook", r"https://hooks\.slack\.com/(?:services|workflows)/([A-Za-z0-9+/]{36,})", TOKEN),
    ("discord", r"\b[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}\b", TOKEN),
    ("discord.webhook", r"discord(?:app)?\.com/api/webhooks/([0-9]{17,20}/[A-Za-z0-9_-]{60,})", TOKEN),
    ("telegram", r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}\b", TOKEN),
    ("teams.webhook", r"webhook\.office\.com/webhookb2/([0-9a-f@-]{60,}/IncomingWebhook/[0-9a-f]{32}/[0-9a-f-]{36})", TOKEN),
    ("twilio", r"\b(?:SK|AC)[0-9a-f]{32}\b", API_KEY),
    ("sendgrid", r"\bSG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{39,50}\b", API_KEY),
    ("mailgun", r"\b(?:key-[0-9a-f]{32}|[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8})\b", API_KEY),
    ("mailchimp", r"\b[0-9a-f]{32}-us[0-9]{1,2}\b", API_KEY),
    ("postmark.brevo", r"\bxkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}\b", API_KEY),
    ("resend", r"\bre_[A-Za-z0-9]{6,10}_[A-Za-z0-9]{20,30}\b", API_KEY),
    ("npm", r"\bnpm_[A-Za-z0-9]{36}\b", TOKEN),
    ("pypi", r"\bpypi-AgE[A-Za-z0-9_-]{50,}", TOKEN),
    ("rubygems", r"\brubygems_[a-f0-9]{48}\b", API_KEY),
    ("crates", r"\bcio[A-Za-z0-9]{32}\b", TOKEN),
    ("docker", r"\bdck(?:r_pat|r_oat)_[A-Za-z0-9_-]{27,36}\b", TOKEN),
    ("digitalocean", r"\bdo[opr]_v1_[a-f0-9]{64}\b", TOKEN),
    ("heroku", r"\bHRKU-[A-Za-z0-9_-]{36,70}\b", API_KEY),
    ("cloudflare", r"\b(?:v1\.0-[a-f0-9]{24}-[a-f0-9]{146}|cfut_[A-Za-z0-9_-]{40,})\b", API_KEY),
    ("vault", r"\bhv[sbr]\.[A-Za-z0-9_-]{24,}", TOKEN),
    ("terraform", r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}", TOKEN),
    ("databricks", r"\bdapi[a-f0-9]{32}(?:-[0-9])?\b", TOKEN),
    ("fly", r"\bfm[12][ar]?_[A-Za-z0-9+/=_-]{60,}", TOKEN),
    ("linear", r"\blin_(?:api|oauth)_[A-Za-z0-9]{40,64}\b", API_KEY),
    ("notion", r"\b(?:secret_[A-Za-z0-9]{43}|ntn_[A-Za-z0-9]{40,50})\b", API_KEY),
    ("figma", r"\bfig[dour]_[A-Za-z0-9_-]{38,46}", TOKEN),
    ("airtable", r"\bpat[A-Za-z0-9]{14}\.[a-f0-9]{64}\b", TOKEN),
    ("asana", r"\b[012]/(?:[0-9]{10,20}(?:/[0-9]{10,20})?:[a-f0-9]{32}|[0-9]{40,60})\b", TOKEN),
    ("postman", r"\bPMAK-[a-f0-9]{24}(?:-[a-f0-9]{34})?\b", API_KEY),
    ("dropbox", r"\bsl\.(?:u\.)?[A-Za-z0-9_-]{100,}", TOKEN),
    ("mapbox", r"\b[st]k\.eyJ[A-Za-z0-9_.-]{40,}", TOKEN),
    ("cursor", r"\bkey_[0-9a-f]{64}\b", API_KEY),
    ("newrelic", r"\bNR(?:AK|II|JS|BR)-[A-Za-z0-9]{19,32}\b", API_KEY),
    ("grafana", r"\bgl(?:c|sa)_[A-Za-z0-9+/=_]{32,}", TOKEN),
    ("sentry", r"\bsntry[su]_[A-Za-z0-9+/=_]{40,}", TOKEN),
    ("dynatrace", r"\bdt0[a-z][0-9]{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}\b", TOKEN),
    ("posthog", r"\bph[cx]_[A-Za-z0-9]{40,50}\b", API_KEY),
    ("supabase", r"\bsb(?:p|_secret|_publishable)_[A-Za-z0-9_]{20,50}\b", API_KEY),
    ("planetscale", r"\bpscale_(?:pw|tkn|oauth)_[A-Za-z0-9_=.-]{32,64}", TOKEN),
    ("doppler", r"\bdp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_.-]{40,}", TOKEN),
    ("pulumi", r"\bpul-[a-f0-9]{40}\b", TOKEN),
    ("facebook", r"\bEAA[A-Za-z0-9]{80,300}\b", TOKEN),
    ("twitter.bearer", r"\bAAAAAAAAAAAAAAAAAAAAA[A-Za-z0-9%]{60,}", TOKEN),
    ("okta", r"\b00[A-Za-z0-9_-]{40}\b", TOKEN),
)  # fmt: skip


_ISSUERS = (
    r"(?:api|app|access|auth|client|secret|private|encryption|signing|service|account|storage|master|consumer|webhook|license|subscription|shared|session|"
    r"refresh|id|bot|user|admin|db|database|aws|azure|gcp|github|gitlab|slack|stripe|openai|anthropic|jwt|hmac)"
)
_NAME = (
    rf"(?:{_ISSUERS}[ _.-]?){{0,3}}(?:api[ _-]?key|secret[ _-]?(?:access[ _-]?)?key|access[ _-]?key(?:[ _-]?id)?|private[ _-]?key|signing[ _-]?key|"
    r"encryption[ _-]?key|account[ _-]?key|auth[ _-]?key|client[ _-]?secret|app[ _-]?secret|secret|credentials?|apikey)"
)
_TOKEN_NAME = rf"(?:{_ISSUERS}[ _.-]?){{0,3}}token"
_IS = r"""["'`]?\]?\s{0,3}(?::=|=>|==?|:|\bis\b|\blautet\b|\best\b|\bes\b|\bè\b)\s{0,3}(?:[bru]?["'`]|\\")?"""
_SPOKEN_NAME = (
    r"(?:password|passwd|passwort|kennwort|passphrase|passcode|pwd|mot de passe|mdp|contraseña|contrasena|clave|senha|palavra-passe|wachtwoord|parola|"
    r"hasło|haslo|lösenord|salasana|пароль|密码|パスワード|비밀번호|şifre)"
)

_ASSIGNED: tuple[Pattern, ...] = (
    Pattern(
        "assigned.key", API_KEY, rf"(?i)\b{_NAME}{_IS}([A-Za-z0-9_\-.~+/=:]{{12,512}})", 0.8, check=likely, edge=Edge.FREE,
        gate=r"(?i)(?:key|secret|credential)",
    ),
    Pattern("assigned.token", TOKEN, rf"(?i)\b{_TOKEN_NAME}{_IS}([A-Za-z0-9_\-.~+/=:|]{{12,512}})", 0.8, check=likely, edge=Edge.FREE, gate=r"(?i)token"),
    Pattern(
        "assigned.password", PASSWORD,
        rf"(?i)(?:^|[^\p{{L}}/]){_SPOKEN_NAME}(?:[ _-]?[0-9])?(?:[ _-](?:is|for|to)\b[^\n:=]{{0,24}})?[\"'`]?\]?\s{{0,3}}(?::=|=>|==?|:|：)\s{{0,3}}(?:[bru]?[\"'`]|\\\\\")?([^\s\"'`<>,;\\\\]{{3,128}})",
        0.8, check=password_like, edge=Edge.FREE, gate=rf"(?i){_SPOKEN_NAME}",
    ),
    Pattern(
        "assigned.password.said", PASSWORD,
        rf"(?i)(?:^|[^\p{{L}}]){_SPOKEN_NAME}\s(?:is|ist|lautet|est|es|é|è|jest)\s?:?\s[\"'`]?([^\s\"'`<>,;]{{4,128}})",
        0.6, check=spoken, edge=Edge.FREE, gate=rf"(?i){_SPOKEN_NAME}",
    ),
    Pattern(
        "assigned.pin", PASSWORD, r"(?i)\b(?:pin|pin code|pincode|pin-code|otp|one[- ]time (?:code|password)|verification code|security code|cvv2?|cvc2?|tan)(?:\s(?:code|number|is|ist|lautet|est|es))?\s{0,2}[:=#]?\s{0,2}([0-9]{3,8})\b",
        0.6, edge=Edge.NUMBER,
    ),
    Pattern(
        "aws.id", API_KEY, r"\b(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z2-7]{16}\b", 0.95, check=_aws_id, strong=True, edge=Edge.WORD,
    ),
    Pattern(
        "aws.secret", API_KEY, r"\b([A-Za-z0-9/+]{40})\b", 0.0, 0.85, check=likely, context=("aws", "secret access key", "aws secret", "secret_access_key"),
        edge=Edge.WORD, gate=r"(?i)aws|secret.?access.?key",
    ),
)  # fmt: skip


PATTERNS: tuple[Pattern, ...] = (*(_row(name, regex, category) for name, regex, category in _NAMED), *_ASSIGNED)
"""Prefixes that issuers of keys publish (most for secret scanning), and names that mean a secret."""
