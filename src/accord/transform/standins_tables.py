"""Names of persons by locale: common given names of men and women, and family names.

Names that are also ordinary words of their language are left out: a model could write the word and mean no person.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one locale; family names in the form of men."""

    men: tuple[str, ...]
    women: tuple[str, ...]
    family: tuple[str, ...]


_TABLE = {
    "en": (
        "Oliver Ethan Daniel Matthew Andrew Nathan Samuel Benjamin Jonathan Nicholas Gregory Kenneth Stephen Brandon "
        "Dylan Justin Trevor Elliott Spencer Vincent Malcolm Howard Gerald Douglas Leonard Raymond Russell "
        "Duncan Callum Desmond Rupert Nigel Clifford Edmund Bernard Wesley Theodore",
        "Emily Charlotte Amelia Olivia Hannah Abigail Megan Lauren Rachel Rebecca Stephanie Nicole Kimberly "
        "Natalie Samantha Jennifer Michelle Deborah Pamela Cynthia Kathleen Gillian Fiona Beatrice Harriet Imogen "
        "Rosalind Philippa Eleanor Josephine Bethany Courtney Danielle Tiffany Vanessa Whitney Jocelyn "
        "Audrey",
        "Harrison Whitaker Pemberton Ellison Donnelly Gallagher Thornton Holloway Fitzgerald Caldwell "
        "Hutchinson Atkinson Wilkinson Robinson Richardson Henderson Patterson Crawford Montgomery Cunningham "
        "Ferguson Winslow Ashworth Bradshaw Chadwick Davenport Farnsworth "
        "Hawthorne Ingram Jennings Kingsley Merriweather Northcott Osborne Prescott Radcliffe Stanhope "
        "Tennyson Underhill Wainwright Yardley Blackwell Cartwright",
    ),
    "de": (
        "Lukas Jonas Felix Maximilian Tobias Florian Sebastian Matthias Stefan Andreas Jürgen Wolfgang Dieter Helmut "
        "Manfred Günter Uwe Holger Torsten Carsten Jens Sven Henning Joachim Ulrich Reinhard Norbert Gerhard Klaus "
        "Bernd Rüdiger Hartmut Detlef Volker Ralf Fabian Niklas Moritz Johannes Konstantin",
        "Katharina Johanna Friederike Leonie Annika Franziska Theresa Sabine Monika Ursula Renate Brigitte Ingrid "
        "Heike Silke Birgit Anja Kerstin Petra Claudia Susanne Martina Gisela Hannelore Elke Gudrun Ilse Christel "
        "Waltraud Svenja Maike Wiebke Greta Frieda Lieselotte Mareike Ulrike Annegret Dagmar Bettina",
        "Hoffmann Schäfer Lehmann Krüger Hartmann Zimmermann Schumacher Lindemann Brinkmann Niemann Ackermann "
        "Bergmann Dietrich Eberhardt Fiedler Gerlach Hagemann Heinrich Jansen Kettler Lorenz Mertens Neumann "
        "Oberländer Petersen Quandt Reinhardt Schreiber Thiele Uhlmann Vollmer Wiegand Ziegler Bachmann Brandt "
        "Engelhardt Friedrich Geiger Hellmann Kirchner Landgraf Naumann Pohlmann Rademacher Steinbach Seidel "
        "Wernicke Holtmann Kellner Drexler",
    ),
    "fr": (
        "Antoine Julien Nicolas Mathieu Thibault Guillaume Sébastien Laurent Frédéric Stéphane Thierry Olivier Yves "
        "Gérard Jacques Marcel Émile Lucien Gaston Étienne Benoît Rémi Cédric Fabrice Ludovic Baptiste Corentin "
        "Maxence Adrien Bastien Damien Florent Gilles Hervé Jérôme Loïc Sylvain Xavier",
        "Camille Juliette Manon Chloé Margaux Élodie Aurélie Céline Delphine Émilie Geneviève Hélène "
        "Isabelle Joséphine Laurence Mathilde Nathalie Océane Pauline Sandrine Sylvie Thérèse Valérie Véronique "
        "Yvonne Adèle Béatrice Clémence Dominique Élise Françoise Ghislaine Jeanne Léa Lucie Noémie Odile "
        "Solène",
        "Lefebvre Moreau Girard Bonnet Dupuis Rousseau Lambert Blanchard Gauthier Perrin Robineau "
        "Chevallier Dufour Renaud Barbier Arnaud Gaillard Brunet Giraud Leclercq Lemaire Rolland "
        "Vidal Caron Aubert Guérin Boucher Deschamps Delmas Bertin Charpentier Fournier Garnier Hamelin "
        "Jacquet Lacombe Maillard Pasquier Quentin Texier Vasseur Berthelot",
    ),
    "es": (
        "Alejandro Javier Sergio Álvaro Rubén Adrián Gonzalo Rodrigo Ignacio Joaquín Rafael Francisco Fernando "
        "Eduardo Guillermo Enrique Ramón Andrés Esteban Gustavo Hugo Íñigo Jorge Leandro Marcelo Mauricio Nicolás "
        "Óscar Pablo Raúl Salvador Tomás Vicente Xavier Alberto Arturo Emilio Felipe Gerardo Ismael",
        "Lucía Carmen Isabel Beatriz Rocío Inés Teresa Marta Silvia Raquel Nuria Alicia Irene Patricia Yolanda "
        "Concepción Gabriela Valentina Camila Fernanda Ximena Daniela Mariana Catalina "
        "Leticia Lorena Marisol Noelia Olga Rebeca Susana Verónica",
        "Navarro Domínguez Gutiérrez Vázquez Romero Iglesias Castillo Ortega Delgado Marín Sanz Núñez "
        "Garrido Lozano Cano Prieto Méndez Gallego Vidal Herrera Peña "
        "Carrasco Diez Nieto Aguilar Pascual Herrero Santana Lorenzo Hidalgo Montero Ibáñez "
        "Giménez Ferrer Durán Benítez Mora",
    ),
    "it": (
        "Alessandro Andrea Davide Emanuele Fabio Federico Filippo Francesco Gabriele Giacomo Giorgio Giovanni Giulio "
        "Lorenzo Luca Marco Massimo Matteo Maurizio Michele Nicola Paolo Pietro Riccardo Roberto Salvatore Simone "
        "Stefano Tommaso Umberto Vincenzo Vittorio Alberto Antonio Claudio Daniele Enrico Gianluca Ettore",
        "Alessandra Barbara Beatrice Chiara Cristina Daniela Elena Elisa Federica Francesca Giorgia Giulia Ilaria "
        "Laura Lucrezia Margherita Martina Michela Monica Paola Roberta Sara Silvia Simona Stefania "
        "Valentina Valeria Veronica Antonella Arianna Benedetta Camilla Caterina Donatella Eleonora "
        "Ginevra Ludovica",
        "Colombo Ricci Marino Mancini Giordano Rizzo Lombardi Moretti Barbieri Fontana Santoro "
        "Mariani Rinaldi Caruso Ferrara Galli Martini Martinelli Vitale Lombardo Coppola "
        "Marchetti Ferretti Bruno Fabbri Palumbo Sartori Valentini Bellini "
        "Basile Cattaneo Donati Esposito Farina Orlandi",
    ),
    "nl": (
        "Daan Sander Thijs Lars Ruben Jasper Maarten Wouter Joost Gerrit Hendrik Willem Pieter Cornelis Jeroen "
        "Bastiaan Koen Rutger Stijn Teun Wim Henk Kees Dirk Evert Floris Gijs Hidde Jelle Luuk Matthijs Niels Olaf "
        "Roel Siebe Tjeerd Vincent Wessel Arjen",
        "Sanne Femke Lotte Marieke Anouk Annelies Maaike Wilhelmina Hendrika Geertje Inge Janneke Karin Liesbeth "
        "Mirjam Nienke Petra Rianne Saskia Tineke Willemijn Yvette Esther Hanneke Jolanda Kim Linda "
        "Marloes Noortje Renske Sophie Trijntje Ilse Tessa Dieuwke",
        "Jansen Bakker Visser Meijer Mulder Peters Hendriks Dekker Brouwer Dijkstra Smits Koster "
        "Huisman Postma Kuiper Veenstra Kramer Scholten Willems Hoekstra Verhoeven Jacobs Kok Schouten "
        "Wouters Verbeek Timmermans Hermans Molenaar Kuipers Bosman Blom Hofman Driessen Gerritsen Hoogland "
        "Martens Roelofs Sanders Terpstra Zijlstra Wiersma Boersma Elzinga",
    ),
    "pl": (
        "Piotr Krzysztof Andrzej Tomasz Paweł Marcin Michał Grzegorz Jakub Wojciech Mateusz Łukasz Rafał Kamil Dawid "
        "Zbigniew Ryszard Dariusz Henryk Mariusz Kazimierz Sławomir Jarosław Maciej Robert Mirosław Leszek Artur "
        "Sebastian Przemysław Radosław Bartosz Czesław Damian Edward Filip Hubert Igor Konrad Szymon",
        "Katarzyna Małgorzata Agnieszka Krystyna Barbara Ewa Elżbieta Zofia Teresa Magdalena Joanna Janina Monika "
        "Danuta Jadwiga Aleksandra Halina Irena Beata Marta Dorota Helena Karolina Grażyna Jolanta Marianna "
        "Natalia Bożena Stanisława Justyna Paulina Urszula Alicja Sylwia Renata Wanda Edyta Kinga Weronika",
        "Wiśniewski Kamiński Lewandowski Zieliński Szymański Dąbrowski Kozłowski Jankowski Wojciechowski Kwiatkowski "
        "Krawczyk Kaczmarek Piotrowski Grabowski Pawłowski Michalski Nowicki Adamczyk Wieczorek "
        "Jabłoński "
        "Majewski Olszewski Jaworski Malinowski Pawlak Witkowski Walczak Stępień Górski Rutkowski "
        "Michalak "
        "Ostrowski Szewczyk Tomaszewski Pietrzak Marciniak Wróblewski Zalewski Jakubowski Jasiński "
        "Zawadzki Sadowski Borkowski",
    ),
    "pt": (
        "Afonso Bernardo Caetano Diogo Fábio Gaspar Gonçalo Guilherme Henrique Joaquim José Leonardo Luís "
        "Manuel Martim Mateus Miguel Nuno Otávio Renato Ricardo Rodolfo Rogério Salvador Samuel Sérgio Thiago Tiago "
        "Vasco Vítor Wagner Xavier Álvaro Augusto Caio Danilo Murilo Anderson Everton",
        "Adriana Aline Beatriz Bianca Bruna Carolina Catarina Cecília Débora Eduarda Fernanda Gabriela Heloísa Inês "
        "Isadora Joana Juliana Larissa Letícia Lívia Luana Luísa Madalena Marcela Margarida Mariana Matilde Mónica "
        "Natália Patrícia Rafaela Raquel Renata Sandra Simone Tatiana Vanessa Vitória Yasmin",
        "Almeida Azevedo Barbosa Barros Batista Borges Cardoso Carvalho Cavalcanti Correia Coutinho Cunha "
        "Duarte "
        "Esteves Ferreira Figueiredo Fonseca Freitas Gonçalves Guimarães Henriques Lopes Macedo "
        "Machado Magalhães Marques Matos Medeiros Melo Mendes Miranda Monteiro Moraes Moreira Moura Nascimento "
        "Nogueira Pacheco Pinheiro Queiroz Rezende Ribeiro Sampaio",
    ),
    "tr": (
        "Mehmet Mustafa Ahmet Hüseyin İbrahim İsmail Osman Yusuf Murat Ömer Ramazan Halil Süleyman Abdullah Mahmut "
        "Recep Salih Fatih Kadir Emre Hakan Serkan Burak Volkan Tolga Kerem Sinan Tarık Uğur "
        "Yavuz Bülent Cengiz Erdem Gökhan Orhan",
        "Fatma Ayşe Emine Hatice Zeynep Elif Meryem Şerife Zehra Hanife Merve Havva Zeliha Esra Özlem Yasemin "
        "Hülya Ebru Gülay Nurcan Pınar Sibel Tuğba Filiz Gamze Hacer İrem Kübra Leyla Nesrin Rabia "
        "Selin Tülay Büşra Ceren",
        "Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Çetin Koçak Kurtuluş Özkan Şimşek Korkmaz Çakır "
        "Erdoğan "
        "Avcı Tekin Güler Keskin Turan Aksoy Bozkurt Karaca Uysal Sönmez Ünal "
        "Gündüz Coşkun Akın Sezer Ercan Demirel Taşkın Altun Sarıkaya Yalçın Gökçe Tanrıverdi "
        "Karakaya Özçelik",
    ),
    "ru": (
        "Александр Сергей Дмитрий Андрей Алексей Владимир Михаил Николай Иван Юрий Виктор Анатолий Игорь "
        "Евгений Олег "
        "Павел Константин Валерий Вячеслав Максим Денис Антон Илья Кирилл Артём Никита Григорий Борис Геннадий "
        "Леонид Степан Фёдор Тимофей Глеб Егор Матвей Руслан Станислав Вадим",
        "Елена Ольга Наталья Татьяна Ирина Светлана Людмила Марина Галина Екатерина Юлия Анастасия Дарья Виктория "
        "Оксана Лариса Валентина Ксения Полина Алина Маргарита Евгения Тамара Зинаида Раиса Лидия Антонина Варвара "
        "Вероника Диана Жанна Инна Кристина Нина Регина Таисия Ульяна",
        "Кузнецов Соколов Попов Лебедев Козлов Новиков Морозов Волков Соловьёв Васильев Зайцев Павлов Семёнов "
        "Голубев "
        "Виноградов Богданов Воробьёв Фёдоров Михайлов Беляев Тарасов Белов Комаров Орлов Киселёв Макаров Андреев "
        "Ковалёв Ильин Гусев Титов Кузьмин Кудрявцев Баранов Куликов Алексеев Степанов Яковлев Сорокин Сергеев "
        "Романов Захаров Борисов Королёв Герасимов Пономарёв Григорьев Лазарев Медведев Ершов",
    ),
    "el": (
        "Γιώργος Δημήτρης Κώστας Γιάννης Νίκος Παναγιώτης Βασίλης Χρήστος Θανάσης Μιχάλης Ευάγγελος Σπύρος Αντώνης "
        "Αναστάσιος Θεόδωρος Ανδρέας Χαράλαμπος Αλέξανδρος Εμμανουήλ Ηλίας Σταύρος Πέτρος Σωτήρης Στέλιος Φώτης "
        "Απόστολος Λεωνίδας Ιωάννης Γεώργιος Κωνσταντίνος Νικόλαος Δημήτριος Παύλος Μάριος Άγγελος Στέφανος Γρηγόρης "
        "Ραφαήλ Ορέστης Τάσος",
        "Μαρία Ελένη Κατερίνα Βασιλική Σοφία Αγγελική Γεωργία Δήμητρα Ειρήνη Αναστασία Παναγιώτα Χριστίνα Ευαγγελία "
        "Ιωάννα Φωτεινή Δέσποινα Καλλιόπη Παρασκευή Αικατερίνη Αθανασία Ευτυχία Θεοδώρα Στυλιανή Χρυσούλα Αλεξάνδρα "
        "Άννα Ζωή Κυριακή Μαγδαληνή Νίκη Όλγα Ραλλού Σταυρούλα Τριανταφυλλιά Φανή Χαρίκλεια Δανάη Νεφέλη Αθηνά Ξένια",
        "Παπαδάκης Νικολαΐδης Γεωργιάδης Ιωαννίδης Δημητριάδης Αντωνιάδης Βασιλειάδης Θεοδωρίδης Κωνσταντινίδης "
        "Μιχαηλίδης Παυλίδης Πετρίδης Σταυρίδης Χατζηδάκης Αλεξιάδης Γρηγοριάδης Ελευθεριάδης Ζαχαριάδης Ηλιάδης "
        "Καραμανλής Λαζαρίδης Μαυρίδης Ξανθάκης Ορφανίδης Ραφαηλίδης Σαββίδης Τσακίρης Φωτιάδης Χριστοφορίδης "
        "Αβραμίδης",
    ),
    "ar": (
        "محمد أحمد علي حسن حسين خالد عمر يوسف إبراهيم مصطفى سعيد طارق كريم سامي فيصل ماجد ناصر وليد ياسر زياد عادل "
        "باسم جمال رامي سليمان طلال فهد مازن نبيل هشام",
        "فاطمة عائشة مريم خديجة زينب ليلى سارة نور هدى سلمى رنا دينا هالة منى سعاد نادية سميرة جميلة رانيا لينا "
        "ياسمين أسماء بسمة حنان دعاء رغد شيماء عبير غادة ندى",
        "العلي الحسن المصري الشامي الخطيب النجار الحداد القاضي الزهراني الغامدي القحطاني العتيبي الدوسري الشمري "
        "الحربي العنزي المطيري السبيعي البغدادي التميمي الجبوري الكعبي الهاشمي الأنصاري الراشد السالم الصالح المنصور "
        "الفارس الكيلاني",
    ),
    "hi": (
        "राजेश सुरेश रमेश महेश दिनेश मुकेश अनिल सुनील विजय अजय संजय मनोज राकेश अशोक विनोद प्रमोद अरुण तरुण वरुण "
        "रोहित मोहित अमित सुमित नितिन विपिन सचिन गौरव सौरभ विकास दीपक",
        "सुनीता अनीता कविता सविता संगीता गीता सीता रीता नीता मीना रीना टीना पूजा नेहा प्रिया स्नेहा श्वेता रेखा "
        "सुमन किरण ज्योति स्वाति शालिनी मालिनी राधिका मोनिका दीपिका अंजलि वैशाली रश्मि",
        "शर्मा वर्मा गुप्ता अग्रवाल मिश्रा पाण्डेय तिवारी त्रिपाठी चतुर्वेदी द्विवेदी शुक्ला दुबे जोशी भट्ट "
        "पटेल मेहता देसाई "
        "चौधरी यादव राठौर चौहान ठाकुर सक्सेना माथुर श्रीवास्तव कपूर खन्ना मल्होत्रा अरोड़ा भाटिया",
    ),
    "zh": (
        "志强 建国 国强 建华 伟明 文斌 俊杰 浩然 子轩 宇航 天宇 博文 志远 明辉 海涛 晓东 家豪 德华 永强 振华 军 "
        "伟 磊 勇 "
        "涛 鹏 杰 斌 刚 辉 浩 亮 峰 凯 健 飞",
        "秀英 桂英 玉兰 丽华 淑芬 秀兰 雅婷 欣怡 诗涵 梦琪 雨涵 思雨 佳琪 晓燕 春梅 海燕 美玲 静怡 婉婷 慧敏 芳 "
        "娜 敏 静 "
        "丽 艳 娟 霞 燕 玲 婷 雪 慧 莹 洁 颖",
        "赵 钱 孙 周 吴 郑 冯 陈 褚 卫 蒋 沈 韩 杨 朱 秦 尤 许 何 吕 施 孔 曹 严 华 魏 陶 姜 戚 谢 邹 喻 苏 潘 "
        "葛 范 彭 "
        "鲁 韦 昌 苗 方 俞 任 袁 柳 鲍 史 唐 费",
    ),
    "ja": (
        "太郎 一郎 健太 大輔 翔太 拓也 直樹 和也 誠一 浩二 達也 雄介 康平 健二 隆志 正人 俊介 慎吾 哲也 智也 "
        "純一 秀樹 "
        "裕太 亮太 孝之 光一 博之 義男 勝利 清志",
        "花子 美咲 陽子 由美 恵子 裕子 京子 幸子 和子 久美 真由 彩香 愛子 直美 智子 明美 千尋 麻衣 里奈 優子 "
        "絵里 香織 "
        "早紀 奈々 美穂 春香 理恵 友美 沙織 典子",
        "佐藤 鈴木 高橋 渡辺 伊藤 山本 中村 小林 加藤 吉田 山田 山口 松本 井上 木村 斎藤 清水 山崎 池田 橋本 "
        "阿部 石川 "
        "前田 藤田 後藤 岡田 長谷 村上 近藤 石井 坂本 遠藤 青木 藤井 西村 福田 太田 三浦 岡本 松田",
    ),
    "ko": (
        "민수 영수 철수 성호 준호 지훈 현우 동현 상훈 정훈 재현 승현 민재 우진 태현 경수 진우 성민 도윤 시우 "
        "주원 하준 "
        "지호 준서 건우 승민 영호 병철 종수 기현",
        "지은 수진 미경 영희 은정 현주 지영 은영 미영 혜진 유진 수빈 지민 서연 하은 민지 예은 다은 소영 은주 "
        "정희 순자 "
        "경희 미숙 혜원 가영 나연 보람 선영 윤아",
        "박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 류 홍 전 고 문 양 손 배 백 허 유 남 심 노",
    ),
}

_ALSO = {
    "en": (
        "John James Robert Michael William David Richard Joseph Thomas Charles Christopher Paul George Henry "
        "Edward Brian "
        "Kevin Jason Ryan Jacob Gary Eric Scott Peter Philip Adam Aaron Sean Ian Alan Simon Tom Mike Bob",
        "Mary Jane Patricia Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty Margaret Sandra "
        "Ashley "
        "Donna Carol Amanda Melissa Laura Sharon Amy Angela Anna Alice Emma Julia Kate Jill Joan Ruth Helen Diana",
        "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Thomas Moore Jackson White "
        "Harris Clark "
        "Lewis Walker Hall Allen Young King Wright Scott Green Baker Adams Nelson Hill Roberts Phillips Evans "
        "Edwards "
        "Collins Stewart Morris Cook Rogers Murphy Doe Bennett Hughes Kelly",
    ),
    "de": (
        "Hans Peter Michael Thomas Martin Christian Frank Karl Heinz Max Paul Jan Alexander Daniel Philipp "
        "Simon Erik Otto",
        "Anna Maria Julia Laura Lena Lisa Sarah Sophie Marie Emma Hanna Christine Andrea Stefanie Nicole "
        "Angelika Erika",
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Schäfer Koch Bauer Richter Klein Wolf "
        "Schröder Schwarz Braun Zimmer Krause Meier Vogel Huber Kaiser Fuchs Peters Lang Scholz Mustermann",
    ),
    "fr": (
        "Jean Pierre Michel Philippe Alain Louis Paul Hugo François Christophe Pascal Charles André",
        "Marie Sophie Catherine Anne Christine Monique Claire Julie Charlotte Louise Emma",
        "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Simon Laurent Michel Garcia Roux "
        "Vincent Dupont",
    ),
    "es": (
        "José Juan Carlos Luis Miguel Antonio Manuel Jesús David Pedro Ángel Diego Mario Jaime",
        "María Ana Laura Cristina Elena Sara Paula Julia Rosa Juana Josefa Antonia Luisa Andrea",
        "García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández "
        "Díaz Moreno "
        "Álvarez Muñoz Alonso Torres Ramírez Flores Morales Ortiz Castro Rubio Molina Suárez Ramos",
    ),
    "it": (
        "Mario Luigi Giuseppe Carlo Franco Angelo Domenico Dario Sergio",
        "Maria Anna Giuseppina Rosa Angela Giovanna Teresa Lucia Carmela Caterina",
        "Rossi Russo Ferrari Bianchi Romano Costa Verdi Amato",
    ),
    "nl": (
        "Jan Johannes Hans Piet Erik Frans Martijn Mark Tim Tom Bas Sem",
        "Maria Anna Johanna Eva Emma Julia Lisa Laura Marije",
        "Vries Berg Dijk Janssen Graaf Linden Beek Leeuwen Dam Veen Jong Boer Wit",
    ),
    "pl": (
        "Jan Stanisław Józef Adam Tadeusz Jerzy Marek Janusz Wiesław Mieczysław",
        "Anna Maria Julia Zuzanna Hanna Ewelina Izabela",
        "Nowak Kowalski Wójcik Mazur Kubiak",
    ),
    "pt": (
        "João Pedro António Carlos Paulo Francisco Rafael Lucas Bruno Rui",
        "Maria Ana Sofia Marta Teresa Francisca Júlia Paula",
        "Silva Santos Oliveira Souza Sousa Pereira Costa Rodrigues Martins Gomes Fernandes Alves Rocha Vieira "
        "Teixeira",
    ),
    "tr": ("Ali Hasan Kemal", "Ayşegül Nur Deniz", "Yılmaz Kaya Demir Şahin Çelik Yıldız Aslan Kurt"),
    "ru": ("Пётр Василий Семён", "Мария Анна Надежда", "Иванов Смирнов Петров Сидоров"),
    "zh": ("小龙 明", "丽娟 娜", "王 李 张 刘 陈 黄 马 郭 林 梁 宋 郑 谢 罗"),
    "ja": ("翔 蓮 健", "さくら 葵 結衣", "田中 中島 森 林 原 小川"),
    "ko": ("민준 서준", "서윤 지우", "김 이"),
}


@cache
def also(locale: str) -> Names:
    """More names of a locale, so common that they tell it, and so common that none of them is drawn."""
    men, women, family = _ALSO.get(locale, ("", "", ""))
    return Names(tuple(men.split()), tuple(women.split()), tuple(family.split()))


@cache
def names(locale: str) -> Names:
    """The names of a locale (ISO 639-1)."""
    men, women, family = _TABLE[locale]
    return Names(tuple(men.split()), tuple(women.split()), tuple(family.split()))


LOCALES = tuple(_TABLE)
"""The locales there are names of, in the order in which they are tried."""
