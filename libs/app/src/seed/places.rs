//! Where the invented people work: a school, a kindergarten and a school of arts in every
//! municipality. The last one is founded by another branch, so its route is the operator's.

/// What kind of organisation somebody works in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// A general school.
    School,
    /// A kindergarten.
    Kindergarten,
    /// A school of arts.
    Arts,
    /// One that is not in the list: the coordinator is asked to add it (R-ORG-2).
    Missing,
}

impl Work {
    /// Those that stand in the list.
    pub(super) const LISTED: [Self; 3] = [Self::School, Self::Kindergarten, Self::Arts];

    /// The code of the organisation's type.
    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::School | Self::Missing => "obshchee",
            Self::Kindergarten => "doshkolnoe",
            Self::Arts => "kultura",
        }
    }

    /// The code of the post held there.
    pub(super) const fn position(self) -> &'static str {
        match self {
            Self::School | Self::Missing => "uchitel",
            Self::Kindergarten => "vospitatel",
            Self::Arts => "prepodavatel",
        }
    }

    /// The subjects taught there.
    pub(super) const fn subjects(self) -> &'static [&'static str] {
        match self {
            Self::School | Self::Missing => &[
                "matematika",
                "russkiy_literatura",
                "fizika",
                "nach_klassy",
                "biologiya",
            ],
            Self::Kindergarten => &[""],
            Self::Arts => &["fortepiano"],
        }
    }
}

/// A municipality by its slug, with the names of its school, kindergarten and school of arts.
pub(super) type Place = (&'static str, [&'static str; 3]);

/// Every municipality of the reference data.
pub(super) const PLACES: [Place; 20] = [
    (
        "tomsk",
        [
            "МАОУ школа «Приречная» г. Томска",
            "МАДОУ детский сад «Белочка» г. Томска",
            "МБУДО «Детская школа искусств «Лагерный сад» г. Томска",
        ],
    ),
    (
        "seversk",
        [
            "МБОУ «Северская школа «Кедр»",
            "МБДОУ «Детский сад «Лучик»",
            "МБУДО «Северская детская школа искусств «Вдохновение»",
        ],
    ),
    (
        "strezhevoy",
        [
            "МОУ «Школа «Нефтяник» г. Стрежевого",
            "МДОУ «Детский сад «Колобок»",
            "МБУДО «Стрежевская детская школа искусств»",
        ],
    ),
    (
        "kedrovyy",
        [
            "МКОУ «Кедровская школа «Пудинская»",
            "МКДОУ «Детский сад «Кедровый орешек»",
            "МКУДО «Кедровская детская школа искусств»",
        ],
    ),
    (
        "aleksandrovskiy",
        [
            "МАОУ «Школа «Обская» с. Александровское",
            "МБДОУ «Детский сад «Морошка»",
            "МБУДО «Александровская детская школа искусств»",
        ],
    ),
    (
        "asinovskiy",
        [
            "МАОУ «Школа «Чулымская» г. Асино",
            "МБДОУ «Детский сад «Журавушка»",
            "МБУДО «Асиновская детская школа искусств»",
        ],
    ),
    (
        "bakcharskiy",
        [
            "МБОУ «Бакчарская школа «Таёжная»",
            "МБДОУ «Бакчарский детский сад «Черничка»",
            "МБУДО «Бакчарская детская школа искусств»",
        ],
    ),
    (
        "verhneketskiy",
        [
            "МБОУ «Школа «Кетская» р. п. Белый Яр",
            "МАДОУ «Верхнекетский детский сад «Лосёнок»",
            "МБУДО «Белоярская детская школа искусств»",
        ],
    ),
    (
        "zyryanskiy",
        [
            "МБОУ «Зырянская школа «Родник»",
            "МБДОУ «Детский сад «Рябинка» с. Зырянское",
            "МБУДО «Зырянская детская школа искусств»",
        ],
    ),
    (
        "kargasokskiy",
        [
            "МБОУ «Каргасокская школа «Васюганье»",
            "МБДОУ «Каргасокский детский сад «Снежок»",
            "МБУДО «Каргасокская детская школа искусств»",
        ],
    ),
    (
        "kozhevnikovskiy",
        [
            "МАОУ «Кожевниковская школа «Заря»",
            "МАДОУ «Детский сад «Колосок» с. Кожевниково",
            "МБУДО «Кожевниковская детская школа искусств»",
        ],
    ),
    (
        "kolpashevskiy",
        [
            "МАОУ «Школа «Нарымская» г. Колпашево",
            "МАДОУ «Детский сад «Золотой ключик»",
            "МБУДО «Колпашевская детская школа искусств»",
        ],
    ),
    (
        "krivosheinskiy",
        [
            "МБОУ «Кривошеинская школа «Обь»",
            "МБДОУ «Кривошеинский детский сад «Улыбка»",
            "МБУДО «Кривошеинская детская школа искусств»",
        ],
    ),
    (
        "molchanovskiy",
        [
            "МАОУ «Молчановская школа «Перспектива»",
            "МАДОУ «Молчановский детский сад «Ромашка»",
            "МАУДО «Молчановская детская музыкальная школа»",
        ],
    ),
    (
        "parabelskiy",
        [
            "МБОУ «Парабельская школа «Гимназическая»",
            "МБДОУ «Парабельский детский сад «Подсолнух»",
            "МБУДО «Парабельская детская школа искусств»",
        ],
    ),
    (
        "pervomayskiy",
        [
            "МАОУ «Первомайская школа «Улуюл»",
            "МБДОУ «Детский сад «Берёзка» с. Первомайское",
            "МАУДО «Первомайская детская школа искусств»",
        ],
    ),
    (
        "teguldetskiy",
        [
            "МКОУ «Тегульдетская школа «Чулым»",
            "МКДОУ «Тегульдетский детский сад «Ручеёк»",
            "МКУДО «Тегульдетская детская музыкальная школа»",
        ],
    ),
    (
        "tomskiy",
        [
            "МБОУ «Школа «Кисловская» Томского района",
            "МБДОУ «Детский сад «Полянка» Томского района",
            "МБУДО «Детская школа искусств «Синегорье»",
        ],
    ),
    (
        "chainskiy",
        [
            "МБОУ «Подгорнская школа «Исток»",
            "МБДОУ «Чаинский детский сад «Светлячок»",
            "МБУДО «Чаинская детская школа искусств»",
        ],
    ),
    (
        "shegarskiy",
        [
            "МКОУ «Шегарская школа «Мельниково»",
            "МКДОУ «Шегарский детский сад «Теремок»",
            "МКУДО «Шегарская детская школа искусств»",
        ],
    ),
];
