"""Names of fields and what their values are, in English, German, French, Spanish, Italian, Portuguese and Dutch.

A name is split into words (`customerEmail`, `customer_email`, `customer-email` → `customer email`) and its accents
are dropped. A row matches when its words stand together in the last part of the name, the longest row first.
"""

# ruff: noqa: E501 - a row is one line, so that rows can be compared

from __future__ import annotations

PERSON = "privacy.person.name"

_TABLE: dict[str, str] = {
    PERSON: (
        "full name, fullname, first name, firstname, fname, forename, given name, givenname, last name, lastname, lname, surname, family name, familyname, "
        "middle name, middlename, maiden name, birth name, display name, real name, person name, patient name, customer name, client name, contact name, "
        "employee name, user full name, cardholder, card holder, cardholder name, account holder, account name, holder name, beneficiary, beneficiary name, recipient name, "
        "sender name, author name, billing name, shipping name, candidate name, applicant name, student name, teacher name, doctor name, physician, guest name, "
        "emergency contact, next of kin, mother name, father name, spouse name, spouse, manager name, owner name, signatory, attendee, passenger name, "
        "vorname, nachname, familienname, zuname, geburtsname, vollstandiger name, kundenname, ansprechpartner, kontoinhaber, karteninhaber, patientenname, "
        "prenom, nom de famille, nom complet, nom client, nom patient, nom de naissance, titulaire, destinataire, "
        "nombre completo, nombres, apellido, apellidos, primer apellido, segundo apellido, nombre cliente, nombre paciente, titular, nombre de pila, "
        "cognome, nome completo, nome cliente, nominativo, intestatario, sobrenome, apelido, primeiro nome, ultimo nome, nome do cliente, "
        "voornaam, achternaam, volledige naam, tussenvoegsel, klantnaam, naam klant, rekeninghouder"
    ),
    "privacy.person.username": (
        "username, user name, user, usr, uname, remote user, logname, user id, userid, login, login name, loginname, screen name, screenname, nickname, nick name, handle, twitter handle, github user, "
        "github username, skype, skype id, telegram, telegram username, discord, benutzername, nutzername, benutzer, anmeldename, nom utilisateur, identifiant, pseudo, "
        "usuario, nombre de usuario, nombre usuario, nome utente, utente, nome de usuario, gebruikersnaam, inlognaam, samaccountname, upn"
    ),
    "privacy.contact.email": (
        "email, e mail, mail, email address, e mail address, emailaddress, mail address, contact email, email adresse, e mail adresse, adresse email, adresse mail, "
        "courriel, correo, correo electronico, correo e, posta elettronica, indirizzo email, endereco email, mailadres, emailadres, e mailadres, reply to, recovery email"
    ),
    "privacy.contact.phone": (
        "phone, phone number, phonenumber, phone no, telephone, telephone number, tel, tel no, mobile, mobile number, mobile no, mobile phone, cell, cell phone, cellphone, cell number, "
        "home phone, work phone, fax, fax number, whatsapp, msisdn, telefon, telefonnummer, telefonnr, rufnummer, handy, handynummer, mobilnummer, mobiltelefon, faxnummer, "
        "telephone portable, numero de telephone, numero telephone, portable, tel portable, telefono, numero de telefono, movil, celular, telefono movil, cellulare, numero di telefono, "
        "telefone, telemovel, telefoon, telefoonnummer, mobiel, mobiele nummer, contact number, landline, festnetz, fixe"
    ),
    "privacy.contact.address": (
        "address, street, street address, streetaddress, address line, address line 1, address line 2, address1, address2, addressline1, addressline2, home address, mailing address, "
        "postal address, billing address, shipping address, delivery address, residence address, house number, postcode, postal code, postalcode, zip, zip code, zipcode, "
        "adresse, anschrift, strasse, hausnummer, plz, postleitzahl, wohnort, lieferadresse, rechnungsadresse, wohnadresse, rue, code postal, adresse postale, domicile, "
        "adresse de livraison, adresse de facturation, direccion, calle, domicilio, codigo postal, direccion de envio, indirizzo, via, codice postale, endereco, morada, rua, logradouro, "
        "adres, straat, straatnaam, huisnummer, woonadres, po box, postfach"
    ),
    "privacy.date.birth": (
        "birth date, birthdate, bday, date of birth, dateofbirth, dob, birthday, birth day, born, born on, birth year, year of birth, geburtsdatum, geburtstag, geb datum, geboren, geboren am, geburtsjahr, "
        "date de naissance, date naissance, ne le, naissance, fecha de nacimiento, fecha nacimiento, nacimiento, cumpleanos, data di nascita, data nascita, nascita, "
        "data de nascimento, data nascimento, nascimento, geboortedatum, geboorte datum"
    ),
    "privacy.id.national": (
        "national id, nationalid, national id number, national identity, identity number, id number, id card, id card number, identity card, citizen id, personal number, personal id, personal code, "
        "ausweisnummer, personalausweis, personalausweisnummer, numero carte identite, carte identite, cni, dni, nie, documento identidad, numero documento, documento, cedula, curp, carta identita, "
        "cartao cidadao, cpf, rg, bsn, burgerservicenummer, aadhaar, aadhar, pesel, personnummer, fodselsnummer, cpr, hetu, nric, hkid, emirates id, nin, nik, tckn, tc kimlik no, jmbg, oib, egn, cnp, my number"
    ),
    "privacy.id.social_security": (
        "ssn, social security, social security number, socialsecurity, social insurance number, sin number, nino, national insurance, national insurance number, ni number, sozialversicherungsnummer, "
        "sv nummer, rentenversicherungsnummer, numero securite sociale, numero de securite sociale, securite sociale, nir, seguridad social, numero seguridad social, nss, ahv nummer, ahv, niss, insz, snils, amka, pps number, pps"
    ),
    "privacy.id.tax": (
        "tax id, taxid, tax number, tax no, tin, itin, ein, utr, tfn, taxpayer id, tax identification number, steuernummer, steuer id, steuerid, steueridentifikationsnummer, idnr, "
        "numero fiscal, nif, cif, rfc, cuit, cuil, ruc, rut, codice fiscale, codicefiscale, contribuinte, nip, inn, pan number, npwp, fiscal code, ss number"
    ),
    "privacy.id.vat": "vat, vat id, vat number, vatid, ust id, ustid, ust id nr, umsatzsteuer id, numero tva, tva intracommunautaire, partita iva, p iva, btw nummer, numero iva, gstin, gst number",
    "privacy.id.passport": "passport, passport number, passport no, passportnumber, reisepass, reisepassnummer, passnummer, passeport, numero passeport, pasaporte, numero pasaporte, passaporto, numero passaporto, passaporte, paspoort, paspoortnummer, travel document",
    "privacy.id.driver": (
        "driver license, drivers license, driver licence, driving licence, driving license, driver license number, drivers license number, driving licence number, license number, licence number, dl number, fuhrerschein, "
        "fuhrerscheinnummer, permis de conduire, numero permis, permis, carnet de conducir, permiso de conducir, licencia de conducir, patente, numero patente, carta de conducao, cnh, rijbewijs, rijbewijsnummer"
    ),
    "privacy.id.medical": (
        "mrn, medical record, medical record number, patient id, patient number, patientid, nhs number, nhs no, nhs, npi, dea number, mbi, medicare number, medicare id, medicaid id, health insurance number, insurance id, "
        "insurance number, health card, health card number, krankenversicherungsnummer, versichertennummer, kvnr, patientennummer, numero patient, carte vitale, historia clinica, numero historia, tessera sanitaria, numero utente, "
        "patientnummer, polisnummer, policy number, member id"
    ),
    "privacy.id.voter": "voter id, voter number, voter registration, titulo eleitor, electoral number, epic number",
    "privacy.id.residence": "residence permit, residence permit number, alien number, alien registration number, green card number, aufenthaltstitel, titre de sejour, permiso de residencia, visa number",
    "privacy.id.plate": "license plate, licence plate, number plate, plate, plate number, car registration, vehicle registration, registration plate, kennzeichen, kfz kennzeichen, nummernschild, immatriculation, plaque, matricula, placa, targa, kenteken",
    "privacy.id.vehicle": "vin, vin number, vehicle identification number, chassis number, fahrgestellnummer, fin nummer, numero chassis, bastidor, telaio",
    "privacy.id.device": "imei, imei number, meid, imsi, iccid, device id, deviceid, serial number, serialnumber, udid, android id, advertising id, idfa, gaid, device serial, seriennummer",
    "privacy.id.employee": "employee id, employee number, employeeid, employee no, staff id, staff number, personnel number, payroll number, badge number, personalnummer, mitarbeiternummer, matricule, numero empleado, personeelsnummer, matricola",
    "privacy.id.student": "student id, student number, studentid, matriculation number, matrikelnummer, numero etudiant, numero estudiante, studentennummer",
    "privacy.financial.card": (
        "credit card, creditcard, credit card number, card number, cardnumber, card no, cc number, ccnumber, cc num, debit card, debit card number, card pan, primary account number, kreditkarte, kreditkartennummer, kartennummer, "
        "carte bancaire, numero carte, numero de carte, carte credit, tarjeta, numero tarjeta, tarjeta credito, carta credito, numero carta, cartao credito, numero cartao, creditcardnummer, kaartnummer"
    ),
    "privacy.financial.iban": "iban, iban number, iban code",
    "privacy.financial.account": (
        "account number, accountnumber, account no, acct, acct no, acct number, bank account, bank account number, bankaccount, routing number, routing no, aba, sort code, sortcode, bic, swift, swift code, bsb, ifsc, clabe, cbu, "
        "kontonummer, bankverbindung, blz, bankleitzahl, numero compte, numero de compte, compte bancaire, rib, cuenta bancaria, numero cuenta, numero de cuenta, conto corrente, numero conto, conta bancaria, numero conta, "
        "rekeningnummer, bankrekening"
    ),
    "privacy.financial.crypto": "wallet, wallet address, bitcoin address, btc address, eth address, ethereum address, crypto address, crypto wallet",
    "privacy.credential.password": (
        "password, passwd, pwd, pass, passphrase, passcode, pin, pin code, pincode, db password, user password, otp, security code, cvv, cvc, cvv2, security answer, passwort, kennwort, mot de passe, motdepasse, mdp, contrasena, clave, "
        "senha, palavra passe, wachtwoord, parola d ordine"
    ),
    "privacy.credential.api_key": "api key, apikey, api secret, secret key, secretkey, access key, accesskey, access key id, secret access key, client secret, clientsecret, app secret, consumer secret, encryption key, signing key, webhook secret, secret, private token, x api key, account key",
    "privacy.credential.token": "token, access token, accesstoken, refresh token, auth token, authtoken, id token, session token, bearer token, bearer, session id, sessionid, session key, session cookie, csrf token, jwt, authorization, cookie, set cookie, x auth token, oauth token, personal access token, bot token",
    "privacy.credential.private_key": "private key, privatekey, ssh key, ssh private key, rsa private key, signing private key, mnemonic, seed phrase, recovery phrase",
    "privacy.network.ip": "ip, ip address, ipaddress, ip addr, ipaddr, client ip, clientip, remote ip, remote addr, source ip, src ip, dst ip, user ip, last login ip, login ip, host ip, ipv4, ipv6, ip adresse, adresse ip, direccion ip, indirizzo ip, endereco ip, ip adres, x forwarded for, x real ip",
    "privacy.network.mac": "mac, mac address, macaddress, mac addr, hardware address, bssid, wifi mac, bluetooth address, mac adresse, adresse mac",
    "privacy.location.gps": "gps, lat, latitude, lng, lon, long, longitude, coordinates, coords, geo location, geolocation, latlng, lat lng, lat lon, gps coordinates, koordinaten, breitengrad, langengrad, coordonnees, latitud, longitud, coordenadas, latitudine, longitudine, coordinate",
    "privacy.location.place": "birthplace, birth place, place of birth, city of birth, geburtsort, lieu de naissance, lugar de nacimiento, luogo di nascita, local de nascimento, geboorteplaats, home town, hometown",
    "privacy.health.condition": (
        "diagnosis, diagnoses, medical condition, health condition, condition name, medical history, illness, disease, symptoms, symptom, allergies, allergy, medication, medications, prescription, treatment, disability, icd 10, icd10, icd code, "
        "blood type, blood group, diagnose, krankheit, erkrankung, vorerkrankungen, medikament, medikamente, behandlung, allergien, blutgruppe, diagnostic, maladie, traitement, antecedents, groupe sanguin, diagnostico, enfermedad, "
        "tratamiento, alergias, grupo sanguineo, diagnosi, malattia, terapia, allergie, doenca, tratamento, ziekte, aandoening, medicatie, behandeling, bloedgroep"
    ),
    "privacy.group.nationality": (
        "nationality, ethnicity, race, religion, political party, political affiliation, citizenship, nationalitat, staatsangehorigkeit, staatsburgerschaft, konfession, ethnie, nationalite, citoyennete, nacionalidad, "
        "etnia, religione, nazionalita, cittadinanza, nacionalidade, religiao, nationaliteit, godsdienst, geloof"
    ),
    "privacy.contact.url": "linkedin, linkedin url, linkedin profile, profile url, facebook, facebook url, instagram, personal website, homepage url, twitter url",
}

KEYS: dict[tuple[str, ...], str] = {
    tuple(name.split()): category for category, names in _TABLE.items() for name in names.split(", ")
}
"""Words of a key, and the category of its value."""

GLUED: dict[str, str] = {"".join(words): category for words, category in KEYS.items()}
"""The same keys as one word: names of fields come lower-cased, so `customerEmail` arrives as `customeremail`."""

QUALIFIERS = frozenset(
    """
        home work office main primary secondary alternate alt billing shipping delivery mailing contact
        personal private business company emergency current permanent new old my your their his her default
        login account registered invoice reply from to cc recovery backup user customer client patient
        employee member owner author applicant student guest kunden firmen privat client1 mobile full raw
        encrypted db database admin root smtp mail api app service auth jwt bot github gitlab slack aws azure
        gcp google openai stripe twilio
        """.split()
)
"""Words that may stand before a key in one word."""

BARE_NAMES = frozenset(["name", "names", "nom", "nombre", "nome", "naam", "namen"])
"""Keys that are a person's name only beside or within something that is a person."""

PERSON_PARENTS = frozenset(
    """
        customer customers client clients patient patients user users author authors employee employees person
        persons people contact contacts member members owner owners student students teacher teachers
        applicant applicants candidate candidates guest guests subscriber recipient recipients sender senders
        beneficiary passenger passengers driver drivers tenant insured claimant borrower buyer seller attendee
        attendees participant participants staff doctor nurse physician guardian parent spouse child sibling
        kunde kunden patienten mitarbeiter benutzer person personen ansprechpartner empfanger absender
        versicherter mieter clienti utilisateur utilisateurs salarie employe destinataire auteur adherent
        cliente clientes paciente pacientes usuario usuarios empleado empleados autor persona personas titular
        dipendente utente paziente pazienti autore funcionario utilizador klant klanten patienten gebruiker
        medewerker auteur profile profiles account individual holder signer lead leads
        """.split()
)
"""Parents under which a bare `name` is a person's."""

PERSON_SIBLINGS = frozenset(
    (
        "privacy.contact.email", "privacy.contact.phone", "privacy.date.birth", "privacy.id.social_security", "privacy.id.national", "privacy.id.passport",
        "privacy.person.name", "privacy.id.medical", "privacy.id.employee", "privacy.id.student", "privacy.health.condition", "privacy.group.nationality",
    )
)  # fmt: skip
"""What, beside a bare `name`, says that it is a person's."""

SIBLING_WORDS = frozenset(
    """
        age gender sex salary alter geschlecht gehalt sexe edad sexo salario eta sesso stipendio idade
        leeftijd geslacht salaris title job occupation
        """.split()
)
"""Keys without a category of their own that say the same."""

NEGATIVE = frozenset(
    """
        count total size length type format status enabled required valid verified verification flag template
        pattern regex policy hash algorithm version description label placeholder hint help error message
        length min max limit expiry expires expiration ttl url uri endpoint path file filename dir directory
        column field schema class function method created updated modified timestamp at prefix suffix index
        order mode level strategy provider driver host port scope scopes domain domains server reset sent
        bounced opt optin consent preference preferences subject body header budget usage used tokens
        """.split()
)
"""Words that, at the end of a key, say that the value is about the thing and not the thing."""

EMPTY = frozenset(
    ["-", "--", "---", ".", "0", "?", "[redacted]", "all", "anonym", "anonymous", "any", "bar", "baz", "boolean", "default", "desconocido", "empty", "example", "false", "foo", "hidden", "inconnu", "integer", "ja", "k. a.", "k.a.", "keine", "lorem ipsum", "missing", "n.a.", "n/a", "na", "nan", "nein", "nil", "no", "no aplica", "non", "none", "not applicable", "not available", "not provided", "not set", "null", "number", "off", "on", "onbekend", "optional", "other", "oui", "redacted", "required", "s/o", "sconosciuto", "si", "string", "sí", "tba", "tbd", "test", "text", "todo", "true", "unbekannt", "undefined", "unknown", "value", "x", "xx", "xxx", "xxxx", "yes"]
)  # fmt: skip
"""Values that say nothing, whatever their key."""
