"""Words of addresses, organisations and dates, by language."""

from __future__ import annotations

TOWNS = {
    "en": "Ashford Bramwell Clifton Denholm Easthaven Fairview Glenwood Hartwell Kingsbury Linford Marlow Northfield "
    "Oakdale Redhill Stanton Westbrook",
    "de": "Altenburg Bernau Dornstadt Eberswalde Falkenberg Grünstadt Heiligenhafen Kirchheim Lindau Neustadt "
    "Oberkirch "
    "Rosenheim Schönau Tannheim Waldkirch Weilburg",
    "fr": "Aubigny Beaulieu Chaumont Dammarie Épernay Fontenay Grandville Lavilleneuve Montclair Neuville Pontivy "
    "Rochefort Sainteville Valmont Verneuil Villars",
    "es": "Almagro Benavente Calahorra Daimiel Écija Fuenlabrada Guadix Hellín Lorca Manzanares Olmedo Palencia "
    "Ronda "
    "Tarazona Utrera Villena",
    "it": "Alba Bassano Camerino Domodossola Empoli Faenza Gubbio Imola Jesi Lodi Mondovì Narni Orvieto Pistoia "
    "Sulmona "
    "Tolentino",
    "nl": "Aalten Bergen Culemborg Deurne Elburg Franeker Goes Hattem Kampen Lochem Medemblik Nijkerk Ommen Putten "
    "Rhenen Veere",
    "pl": "Augustów Bochnia Cieszyn Działdowo Ełk Giżycko Iława Jarosław Kłodzko Łowicz Mielec Nysa Olkusz Puławy "
    "Sandomierz Żywiec",
    "pt": "Alcobaça Barcelos Chaves Elvas Fundão Guarda Lamego Mafra Nazaré Odemira Penafiel Rio Maior Sertã Tomar "
    "Valença Viseu",
    "tr": "Akhisar Bandırma Çorlu Dikili Edremit Fethiye Gemlik Havza İnegöl Kadirli Lüleburgaz Milas Niksar "
    "Ordu Salihli "
    "Turgutlu",
}
"""Towns, for places."""

STREETS = {
    "en": "Alder Birchwood Cedar Dovecote Elmfield Foxglove Greystone Heather Juniper Larkspur Maple Orchard "
    "Primrose "
    "Rowan Sycamore Willow",
    "de": "Ahorn Birken Eichen Erlen Fichten Garten Hasel Kastanien Linden Mühlen Rosen Sonnen Tannen Ulmen "
    "Weiden Wiesen",
    "fr": "Acacias Bleuets Cerisiers Églantiers Érables Fougères Glycines Hêtres Jonquilles Lilas Marronniers "
    "Noyers Ormes "
    "Peupliers Saules Tilleuls",
    "es": "Almendros Cerezos Encinas Fresnos Geranios Jazmines Laureles Madroños Naranjos Olivos Pinos Robles "
    "Rosales "
    "Sauces Tilos Violetas",
    "it": "Aceri Betulle Castagni Ciliegi Faggi Gelsi Ginestre Larici Mimose Noccioli Olmi Pioppi Querce Roseto "
    "Salici "
    "Tigli",
    "nl": "Beuken Berken Dennen Eiken Elzen Esdoorn Haagdoorn Iepen Kastanje Linden Meidoorn Populieren Sparren "
    "Vlier "
    "Wilgen Zonne",
    "pl": "Akacjowa Brzozowa Cisowa Dębowa Fiołkowa Grabowa Jaworowa Kalinowa Leśna Malwowa Ogrodowa Polna "
    "Różana Sosnowa "
    "Topolowa Wierzbowa",
    "pt": "Acácias Amendoeiras Carvalhos Cedros Cerejeiras Ciprestes Figueiras Girassóis Hortênsias Jacarandás "
    "Laranjeiras "
    "Magnólias Oliveiras Pinheiros Salgueiros Tílias",
    "tr": "Akasya Badem Ceviz Çınar Defne Erguvan Fındık Gelincik Ihlamur Kavak Lale Menekşe Nergis Papatya "
    "Söğüt Zambak",
}
"""What streets are named after."""

FIRMS = (
    "Alderbrook Brightwater Corvanta Dunmarlow Elvanor Farrowick Glenhurst Halvorsen Inverlane Juniperra Kestrelon "
    "Lumivar Marbeck Nordkamm Oakmere Pellworth Quorvane Ravenholt Silvermoor Tarnbridge Umbravel Vantorel Westhaven "
    "Ysolde Zephirra Arkwood Belcantor Cresthall Dalmere Eastvale"
)
"""Organisations that there are none of."""

KEPT = frozenset(
    # what kind of street or place, in an address
    "street st road rd avenue ave av lane ln drive dr court ct place pl square sq terrace close crescent way "
    "boulevard "
    "blvd highway hwy parkway pkwy circle cir row mews floor fl apt apartment suite ste unit flat house no nr po box "
    "north south east west n s e w ne nw se sw upper lower old new great saint "
    "straße strasse str weg platz gasse allee ufer damm ring chaussee am an der die das den dem im in zum zur auf "
    "rue chemin allée impasse quai cours bis ter route de du des la le les l d cedex "
    "calle c avenida avda plaza paseo camino carretera ronda del los las y piso "
    "via viale piazza corso largo vicolo strada di della dei degli delle "
    "straat laan plein gracht kade dijk steeg van het op "
    "ulica ul aleja al plac pl os m lok "
    "rua travessa praça praca alameda largo estrada do da dos das andar "
    "caddesi cad sokak sok bulvarı mahallesi mah no kat daire "
    # what kind of organisation
    "gmbh ag kg ohg ug mbh co inc ltd llc llp plc corp corporation company limited group holding holdings sa "
    "sas sarl "
    "srl spa bv nv oy ab as aps sp z o.o kft lda ltda eireli bank university universität hospital klinik clinic "
    "school "
    "college institute foundation stiftung verein e.v partners consulting services solutions systems "
    "technologies and "
    "und et und & the of for für".split()
)
"""Words that say what kind of thing an address or an organisation is."""

_MONTHS = (
    "january february march april may june july august september october november december",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "jan feb mär apr mai jun jul aug sep okt nov dez",
    "janv févr mars avr mai juin juil août sept oct nov déc",
    "ene feb mar abr may jun jul ago sep oct nov dic",
    "gen feb mar apr mag giu lug ago set ott nov dic",
)
MONTHS = tuple(tuple(months.split()) for months in _MONTHS)
"""The names of months, a row a language; the first row that has all the names of a date is its language."""

OFFICES = frozenset(
    "info support sales contact office admin billing hr noreply no reply mail team hello kontakt service postmaster "
    "webmaster help press jobs career careers accounts enquiries inquiries contacto contatto bewerbung buchhaltung "
    "presse it legal privacy security abuse newsletter".split()
)
"""What stands before the @ of addresses that belong to no person."""

PUBLIC = frozenset(
    "gmail googlemail outlook hotmail live yahoo icloud me aol gmx web proton protonmail t-online mail yandex qq 163 "
    "naver orange free laposte libero wp onet".split()
)
"""Who gives everybody an e-mail address."""

HANDLES = (
    "amber birch cobalt dusty ember falcon ginger hazel indigo jolly kiwi lunar misty nimbus otter pepper "
    "quartz river "
    "sunny tango umber violet willow xenon yonder zesty"
)
"""What user names are made of that come from no name."""

LAND = frozenset(
    "germany france spain italy poland portugal turkey russia greece china japan korea india england scotland wales "
    "ireland netherlands belgium austria switzerland sweden norway denmark finland usa uk us eu america europe "
    "asia africa "
    "deutschland frankreich spanien italien polen österreich schweiz england europa españa italia francia alemania "
    "polska niemcy brasil brazil mexico canada australia argentina ukraine israel egypt".split()
)
"""Countries and continents, for which no town can stand."""
