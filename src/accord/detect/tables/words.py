"""Telling words: what people write beside a value, in the languages of its users.

Words of five letters or more also count with an ending (`passport` in `passports`, `Steuer` in `Steuernummer`);
shorter ones only as whole words. A blank stands for blanks, hyphens, dots or underscores.
"""

# ruff: noqa: E501 - a row is one line, so that rows can be compared

from __future__ import annotations

NATIONAL = (
    "national id", "national identity", "identity number", "identity card", "identity code", "id number", "id no", "id card",
    "citizen", "personal number", "personal code", "personal id", "identification number", "identificación", "identidad",
    "identificação", "cédula", "cedula", "documento", "carte d'identité", "numéro national", "rijksregister",
    "registre national", "ausweis", "personalausweis", "identità", "identiteits", "dowód", "kimlik", "personnummer",
    "personkod", "fødselsnummer", "fodselsnummer", "henkilötunnus", "isikukood", "asmens kod", "personas kod",
    "rodné číslo", "rodne cislo", "egn", "егн", "jmbg", "јмбг", "oib", "cnp", "aadhaar", "आधार", "身份证", "身分證",
    "身份證", "주민등록", "마이넘버", "マイナンバー", "個人番号", "บัตรประชาชน", "ประจำตัวประชาชน", "паспорт", "nin", "nric", "hkid",
    "mykad", "cnic", "nik", "ktp", "dni", "nie", "curp", "cpf", "rut", "run", "rg", "bsn", "tckn", "tc no", "pesel",
    "hetu", "pnr", "cpr", "kennitala", "isikukood", "emirates id", "resident", "permit", "citizen service number",
    "burgerservicenummer", "sofinummer", "refugee", "registration number", "alien registration", "rrn", "frn", "외국인등록",
)  # fmt: skip

SOCIAL = (
    "ssn", "social security", "social insurance", "social sec", "sin", "nino", "national insurance", "ni number",
    "sozialversicherung", "rentenversicherung", "svnr", "rvnr", "sv nummer", "versicherungsnummer", "ahv", "avs",
    "sécurité sociale", "securite sociale", "numéro de sécu", "nir", "insee", "seguridad social", "naf", "nss", "previdência",
    "pis", "pasep", "nit", "niss", "snils", "снилс", "insz", "amka", "αμκα", "burgerservice", "bsn", "pps", "ppsn",
    "personal public service", "cnss", "seguro social", "numero di previdenza", "versichertennummer",
)  # fmt: skip

TAX = (
    "tax", "taxpayer", "tin", "itin", "ein", "utr", "tfn", "ird", "steuer", "steueridentifikation", "idnr", "st nr", "finanzamt",
    "fiscal", "fiscale", "fiscaux", "codice fiscale", "impuesto", "tributari", "contribuyente", "contribuinte", "nif",
    "cif", "nit", "rfc", "cuit", "cuil", "ruc", "rut", "rif", "cnpj", "cpf", "impôt", "impot", "spi", "numéro fiscal", "belasting",
    "rsin", "podat", "nip", "vergi", "vkn", "inn", "инн", "ідентифікаційний код", "рнокпп", "adó", "afm", "αφμ", "npwp",
    "pan", "pajak", "mst", "mã số thuế", "税", "稅", "납세", "panカード", "employer identification", "kra", "pin number", "tva", "vat",
)  # fmt: skip

VAT = (
    "vat", "ust id", "ustid", "ust idnr", "uid", "umsatzsteuer", "mwst", "tva", "iva", "p iva", "partita iva", "btw", "moms",
    "mva", "alv", "dph", "dič", "dic", "ptu", "nip", "áfa", "afa", "pvm", "pvn", "kmkr", "ddv", "pdv", "φπα", "afm", "ндс", "ддс",
    "tax", "steuer", "fiscal", "gst", "gstin", "intracom", "nif", "cif", "n° tva",
)  # fmt: skip

COMPANY = (
    "company", "registration", "registered", "register", "business", "abn", "acn", "uen", "brn", "ubn", "uscc", "kvk",
    "siren", "siret", "rcs", "handelsregister", "hrb", "hra", "cvr", "orgnr", "org nr", "organisation", "organization",
    "organisasjon", "ytunnus", "y tunnus", "registrikood", "firmenbuch", "registro mercantil", "empresa", "entreprise",
    "société", "societe", "azienda", "impresa", "bedrijf", "unternehmen", "företag", "foretak", "regon", "krs", "ičo", "ico",
    "cui", "onrc", "edrpou", "єдрпоу", "ogrn", "огрн", "lei", "leitweg", "legal entity", "cnpj", "cuit", "ice", "rnc", "cpj", "pib", "voen", "vöen",
    "edb", "nipt", "nrt", "unp", "унп", "hp", "ח.פ", "사업자등록", "法人番号", "统一社会信用代码", "統一編號", "vergi", "tax", "vat", "matična", "maticna",
    "employer", "corporate", "enterprise", "ondernemings", "ncf", "excise", "accise", "cae", "mf", "matricule",
)  # fmt: skip

PASSPORT = (
    "passport", "passports", "travel document", "reisepass", "pass nr", "passnummer", "passeport", "pasaporte", "passaporto",
    "paspoort", "passaporte", "paszport", "pasaport", "паспорт", "여권", "旅券", "护照", "護照", "pass no", "pasport", "mrz",
    "reisedokument", "document number", "ausweisnummer",
)  # fmt: skip

ID_CARD = (
    "id card", "identity card", "identity document", "personalausweis", "ausweis", "ausweisnummer", "carta d'identità",
    "carta di identità", "carta identità", "carte d'identité", "carte nationale", "identiteitskaart", "dowód osobisty", "cni", "cie",
    "documento de identidad", "national id", "id number", "id no", "perso", "document number",
)  # fmt: skip

DRIVER = (
    "driver", "drivers", "driver's", "driving", "licence", "license", "licence number", "dl", "dl no", "fahrerlaubnis", "führerschein",
    "fuehrerschein", "permis de conduire", "permis", "permiso de conducir", "carnet de conducir", "patente", "rijbewijs",
    "carta de condução", "cnh", "prawo jazdy", "ehliyet", "sürücü", "körkort", "운전면허", "運転免許", "驾驶证", "ajokortti",
)  # fmt: skip

MEDICAL = (
    "nhs", "npi", "dea", "mbi", "medicare", "medicaid", "medical", "patient", "health", "insurance", "provider", "prescriber",
    "physician", "practice", "mrn", "hospital", "krankenversicher", "krankenkasse", "versichertennummer", "versicherten", "kvnr", "egk",
    "lanr", "bsnr", "betriebsstätte", "arztnummer", "arzt", "praxis", "tarjeta sanitaria", "carte vitale", "tessera sanitaria",
    "gesundheit", "zorgverzekering", "cartão de saúde", "sns", "nhi", "phn", "ohip", "care card", "chi number", "certificate",
)  # fmt: skip

VOTER = (
    "voter",
    "vote",
    "electoral",
    "epic",
    "election",
    "elector",
    "wahl",
    "votante",
    "título de eleitor",
    "titulo eleitor",
)

VEHICLE = (
    "vin",
    "vehicle identification",
    "chassis",
    "fahrgestell",
    "fin",
    "châssis",
    "bastidor",
    "telaio",
    "vehicle",
    "car",
)

PLATE = (
    "plate", "plates", "number plate", "licence plate", "license plate", "registration", "reg", "car", "vehicle", "vehicles", "bike",
    "kennzeichen", "nummernschild", "amtliches kennzeichen", "immatriculation", "plaque", "matrícula", "matricula", "targa", "kenteken",
    "nummerplaat", "placa", "plaka", "plakası", "rejestracyjny", "tablica", "číslo auta", "rekisteri", "registreringsnummer", "차량번호",
    "ナンバー", "车牌", "車牌", "van", "truck", "auto", "wagen", "voiture", "coche", "macchina",
)  # fmt: skip

DEVICE = (
    "imei",
    "meid",
    "device",
    "handset",
    "serial",
    "imsi",
    "iccid",
    "sim",
    "phone id",
    "gerät",
    "appareil",
    "dispositivo",
)

CARD = (
    "card", "credit", "debit", "visa", "mastercard", "amex", "american express", "discover", "diners", "jcb", "maestro", "unionpay",
    "cc", "pan", "kreditkarte", "karte", "kartennummer", "carte", "carte bancaire", "carte bleue", "tarjeta", "carta di credito", "cartão",
    "creditcard", "kaart", "karta", "kart", "cvv", "cvc", "expiry", "exp", "payment", "charge", "クレジット", "카드", "信用卡", "карта",
)  # fmt: skip

ACCOUNT = (
    "account", "acct", "a/c", "bank", "routing", "aba", "rtn", "transit", "sort code", "iban", "swift", "bic", "konto", "kontonummer", "blz",
    "bankleitzahl", "compte", "rib", "cuenta", "ccc", "cbu", "clabe", "conto", "rekening", "rekeningnummer", "conta", "agência", "hesap",
    "wire", "deposit", "checking", "savings", "beneficiary", "bsb", "ifsc", "口座", "계좌", "账号", "帳號", "счет", "creditor reference",
    "esr", "número de conta", "überweis",
)  # fmt: skip

BIC = ("bic", "swift", "iban", "bank code", "bank identifier")

PHONE = (
    "phone", "telephone", "tel", "telefon", "teléfono", "telefono", "téléphone", "telefone", "telefoon", "mobile", "mob", "cell", "cellphone",
    "fax", "call", "dial", "ring", "text me", "sms", "whatsapp", "signal", "handy", "handynummer", "portable", "móvil", "movil", "celular",
    "cellulare", "mobiel", "telemóvel", "komórka", "gsm", "cep", "desk", "office", "hotline", "helpline", "rufnummer", "anrufen", "ruf",
    "appelez", "appeler", "llame", "llamar", "llámame", "chiama", "chiamare", "bel", "ligue", "contact", "reach me", "reach", "телефон", "тел", "моб",
    "電話", "电话", "手机", "전화", "휴대폰", "โทร", "numero di telefono", "numéro", "telepono", "numero", "contact number", "pager", "landline", "extension",
    "registered number", "voicemail", "messages to", "message to",
)  # fmt: skip

BIRTH = (
    "born", "birth", "birthday", "bday", "birthdate", "dob", "d.o.b", "date of birth", "geboren", "geburt", "geburtsdatum", "geburtstag", "geb",
    "né le", "née le", "né(e) le", "né(e)", "née", "né", "naissance", "nacido", "nacida", "nació", "nacimiento", "cumpleaños", "nato", "nata", "nascita", "geboortedatum",
    "geboorte", "nascido", "nascida", "nasceu", "nascimento", "aniversário", "urodzony", "urodzona", "urodzenia", "doğum", "дата рождения", "родился",
    "родилась", "född", "fødselsdato", "født", "syntymä", "生年月日", "出生", "생년월일", "วันเกิด",
)  # fmt: skip

DATE = (
    "date", "dated", "today", "tomorrow", "yesterday", "on", "due", "until", "since", "datum", "vom", "am", "bis", "seit", "le", "depuis", "avant",
    "fecha", "desde", "hasta", "dal", "entro", "até", "expires", "expiry", "deadline", "appointment", "meeting", "birthday",
)  # fmt: skip

GPS = (
    "gps", "lat", "latitude", "lon", "lng", "long", "longitude", "coordinates", "coords", "location", "geo", "koordinaten", "breitengrad",
    "coordonnées", "coordenadas", "coordinate", "coördinaten", "position", "standort", "pin", "maps",
)  # fmt: skip

ADDRESS = (
    "address", "addr", "postcode", "post code", "postal", "postal code", "zip", "zip code", "zipcode", "plz", "postleitzahl", "code postal",
    "código postal", "codigo postal", "cap", "cep", "live at", "lives at", "living at", "ship", "shipping", "deliver", "delivery", "billing", "anschrift",
    "adresse", "wohnhaft", "wohnt", "dirección", "direccion", "domicilio", "indirizzo", "residente", "adres", "woon", "endereço", "morada", "codice postale",
    "郵便番号", "住所", "地址", "주소", "mail to", "send to", "street", "located",
)  # fmt: skip

OTHER_NUMBERS = frozenset(
    """
        offset size bytes length len count total sum epoch timestamp ts time pid tid port line row col index
        seed version build revision rev commit hash checksum isbn issn doi ean upc gtin sku order invoice
        tracking ticket issue pr request req trace span job batch serial lot part article item product model
        quantity qty amount price cost page chapter population id uuid address bestellung rechnung auftrag
        artikel commande facture article pedido factura ordine fattura bestelling factuur sendung anzahl menge
        ticket# order# seconds ms nanoseconds ns microseconds
        """.split()
)
"""Words before a plain number that say what it is, and that it is no identifier of a person."""

OTHER_UNITS = tuple(
    """
        bytes byte kb mb gb ms ns seconds tokens rows records items people inhabitants dollars euros usd eur
        km miles %
        """.split()
)
"""What after a plain number says that it counts something."""

EMPLOYEE = tuple(
    """
        employee staff personnel personalnummer mitarbeiter empleado employé matricule dipendente medewerker
        """.split()
)

STUDENT = ("student", "pupil", "matrikel", "matriculation", "étudiant", "estudiante", "studente", "upn", "onderwijs")

PROPERTY = (
    "catastral",
    "catastro",
    "cups",
    "property",
    "land registry",
    "cadastral",
    "referencia",
    "isin",
    "security",
)
