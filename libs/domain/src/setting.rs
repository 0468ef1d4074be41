//! The settings of the region: what there is to set, what each is called, what may be typed. An
//! administrator's page and `ctl` are held to the same; the values stand in the database.

use crate::{
    calendar::Zone,
    reference::FounderKind,
    value::{Email, Line, clean},
};

/// The most characters of one line.
const LINE: usize = 500;
/// The most lines of a letterhead, and the most characters of all.
const LETTERHEAD: (usize, usize) = (10, 1000);

/// «Да» and «нет», as kept.
const YES: &str = "yes";
const NO: &str = "no";

/// What kind of value a setting has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One line of text.
    Line,
    /// Several lines.
    Lines,
    /// An e-mail address.
    Email,
    /// A whole number.
    Number {
        /// The least.
        from: u64,
        /// The greatest.
        to: u64,
    },
    /// One of these: what is kept, and the words for it.
    OneOf(&'static [(&'static str, &'static str)]),
    /// The name of a time zone; these are offered, any other of the IANA is taken.
    Zone(&'static [(&'static str, &'static str)]),
}

/// What a setting is about: a part of the administrator's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Whose name stands on papers and in letters.
    Names,
    /// Days and terms.
    Terms,
    /// How much of something.
    Limits,
    /// Which applications operators register.
    Routes,
    /// What everybody may read.
    Publication,
    /// How people sign in.
    SignIn,
}

impl Group {
    /// Every group, in the order of the form.
    pub const ALL: [Self; 6] = [
        Self::Names,
        Self::Terms,
        Self::Limits,
        Self::Routes,
        Self::Publication,
        Self::SignIn,
    ];

    /// The heading.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Names => "Названия в документах и письмах",
            Self::Terms => "Время и сроки",
            Self::Limits => "Ограничения",
            Self::Routes => "Кто регистрирует заявления на общих основаниях",
            Self::Publication => "Публикация",
            Self::SignIn => "Вход",
        }
    }
}

macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $group:ident, $kind:expr, $usual:expr, $label:literal, $hint:literal;)*) => {
        /// A setting of the region.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Setting { $($(#[$doc])* $name,)* }

        impl Setting {
            /// Every setting an administrator may change, in the order of the form.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The key it is kept under and the form's field.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What it is about.
            #[must_use]
            pub const fn group(self) -> Group {
                match self { $(Self::$name => Group::$group,)* }
            }

            /// What may be typed.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(Self::$name => $kind,)* }
            }

            /// What counts until it is set.
            #[must_use]
            pub const fn usual(self) -> &'static str {
                match self { $(Self::$name => $usual,)* }
            }

            /// The label of its field.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }

            /// What depends on it.
            #[must_use]
            pub const fn hint(self) -> &'static str {
                match self { $(Self::$name => $hint,)* }
            }
        }
    };
}

settings! {
    /// To whom applications are addressed (R-APP-1).
    Issuer = "issuer", Names, Kind::Lines, "",
        "Кому адресованы заявления",
        "По строкам, как вверху заявления. Меняется в заявлениях, которые сформируют после этого. Шапку отдельного документа задают в его шаблоне";
    /// Who issues orders.
    OrderIssuer = "order_issuer", Names, Kind::Line, "",
        "Кто издаёт распоряжения",
        "В родительном падеже: «распоряжение Департамента…». Стоит в карточках педагогов при имеющейся категории";
    /// The Centre, in the genitive.
    Centre = "centre", Names, Kind::Line, "",
        "Центр аттестации",
        "В родительном падеже: «обратитесь к специалистам Центра…». Стоит в каждом письме";
    /// Who answers for personal data.
    ConsentOperator = "consent_operator", Names, Kind::Line, "",
        "Оператор персональных данных",
        "Стоит в актах об уничтожении и войдёт в следующую редакцию согласия. Текст согласия, на который люди уже согласились, не меняется";
    /// Its address.
    ConsentAddress = "consent_address", Names, Kind::Line, "",
        "Адрес оператора персональных данных",
        "Стоит в актах об уничтожении и войдёт в следующую редакцию согласия";
    /// Its e-mail.
    ConsentEmail = "consent_email", Names, Kind::Email, "",
        "Электронная почта оператора персональных данных",
        "Войдёт в следующую редакцию согласия";
    /// The zone days are counted in (R-APP-5).
    TimeZone = "time_zone", Terms, Kind::Zone(&ZONES), "Asia/Tomsk",
        "Часовой пояс",
        "По нему считаются дни: дата регистрации, 30 дней рассмотрения, периоды. Даты, которые уже записаны, не меняются";
    /// Until which day of a month conclusions are handed over (R-CON-2).
    ConclusionDay = "conclusion_day", Terms, Kind::Number { from: 1, to: 28 }, "15",
        "До какого числа месяца передают заключения",
        "По нему считаются счётчики и напоминания координаторам и специалистам";
    /// How many years a case is kept after the year in which it became final (R-CONS-1, SEC-87).
    RetentionYears = "retention_years", Terms, Kind::Number { from: 1, to: 75 }, "5",
        "Срок хранения дел, лет",
        "Считается с конца года, в котором принято решение, заявление отклонено или отозвано. По истечении дела уничтожаются без возможности восстановления, и составляется акт. Уменьшенный срок действует и для дел, которые уже завершены";
    /// From how many teachers of one expert on another is flagged (R-SCH-3).
    ExpertLimit = "expert_limit", Limits, Kind::Number { from: 1, to: 1000 }, "10",
        "Педагогов у одного специалиста за период",
        "О превышении предупреждают при назначении; назначить можно и больше";
    /// The largest document, in MB.
    DocumentMb = "document_mb", Limits, Kind::Number { from: 1, to: 2000 }, "50",
        "Наибольший размер документа, МБ",
        "Документы и сканы, которые прикрепят после этого. Больше, чем допускает сервер, задать нельзя: действует меньшее из двух";
    /// The largest archive, in MB.
    ArchiveMb = "archive_mb", Limits, Kind::Number { from: 1, to: 2000 }, "200",
        "Наибольший размер архива, МБ",
        "Как для документа";
    /// The largest video, in MB.
    VideoMb = "video_mb", Limits, Kind::Number { from: 1, to: 2000 }, "200",
        "Наибольший размер видеозаписи, МБ",
        "Как для документа";
    /// What a municipality may bring in a day, in MB (SEC-61).
    DayMb = "day_mb", Limits, Kind::Number { from: 1, to: 10_000_000 }, "20480",
        "Загрузок муниципалитета за день, МБ",
        "Сколько файлов вместе могут загрузить за день люди одного муниципалитета";
    /// Who registers for organisations of municipalities (R-ROUTE-1).
    RoutedMunicipal = "routed_municipal", Routes, Kind::OneOf(&REGISTRARS), NO,
        "Муниципальные организации", "Для заявлений, которые подадут после этого";
    /// Who registers for regional organisations.
    RoutedRegional = "routed_regional", Routes, Kind::OneOf(&REGISTRARS), NO,
        "Региональные организации", "Для заявлений, которые подадут после этого";
    /// Who registers for industry organisations.
    RoutedIndustry = "routed_industry", Routes, Kind::OneOf(&REGISTRARS), YES,
        "Отраслевые организации", "Для заявлений, которые подадут после этого";
    /// Who registers for private organisations.
    RoutedPrivate = "routed_private", Routes, Kind::OneOf(&REGISTRARS), NO,
        "Частные организации", "Для заявлений, которые подадут после этого";
    /// Whether published schedules and results name teachers (R-SCH-5).
    PublishTeachers = "publish_teachers", Publication, Kind::OneOf(&[(NO, "не публиковать"), (YES, "публиковать")]), NO,
        "ФИО педагогов в графиках и итогах",
        "Для следующих публикаций; опубликованное раньше остаётся, как было";
    /// Who has to have a second factor (SEC-47).
    SecondFactor = "second_factor", SignIn, Kind::OneOf(&[
            ("off", "никому"),
            ("institute", "операторам и администраторам"),
            ("all", "всем"),
        ]), "off",
        "Кому обязателен второй фактор",
        "Спросят при следующем входе в кабинет: без второго фактора он не откроется. Включить его может каждый и сам";
}

/// The answers to who registers.
const REGISTRARS: [(&str, &str); 2] = [(NO, "муниципальный координатор"), (YES, "оператор")];

/// The zones of Russia, west to east.
const ZONES: [(&str, &str); 11] = [
    ("Europe/Kaliningrad", "Калининград (UTC+2)"),
    ("Europe/Moscow", "Москва (UTC+3)"),
    ("Europe/Samara", "Самара (UTC+4)"),
    ("Asia/Yekaterinburg", "Екатеринбург (UTC+5)"),
    ("Asia/Omsk", "Омск (UTC+6)"),
    ("Asia/Tomsk", "Томск (UTC+7)"),
    ("Asia/Irkutsk", "Иркутск (UTC+8)"),
    ("Asia/Yakutsk", "Якутск (UTC+9)"),
    ("Asia/Vladivostok", "Владивосток (UTC+10)"),
    ("Asia/Magadan", "Магадан (UTC+11)"),
    ("Asia/Kamchatka", "Камчатка (UTC+12)"),
];

impl Setting {
    /// The setting of a key; `None` for anything that is not one.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|setting| setting.code() == code)
    }

    /// The founder kind whose applications it routes (R-ORG-1): kept with the kind.
    #[must_use]
    pub const fn founder_kind(self) -> Option<FounderKind> {
        match self {
            Self::RoutedMunicipal => Some(FounderKind::Municipal),
            Self::RoutedRegional => Some(FounderKind::Regional),
            Self::RoutedIndustry => Some(FounderKind::Industry),
            Self::RoutedPrivate => Some(FounderKind::Private),
            _ => None,
        }
    }

    /// The value as it is kept.
    ///
    /// # Errors
    /// The words for the person at the field.
    pub fn parse(self, typed: &str) -> Result<String, String> {
        match self.kind() {
            Kind::Line => Line::parse(typed, LINE)
                .map(|line| line.to_string())
                .map_err(|fault| fault.to_string()),
            Kind::Lines => lines(typed),
            Kind::Email => Email::parse(typed)
                .map(|email| email.to_string())
                .map_err(|fault| fault.to_string()),
            Kind::Number { from, to } => match typed.trim().parse::<u64>() {
                Ok(number) if (from..=to).contains(&number) => Ok(number.to_string()),
                _ => Err(format!("Введите целое число от {from} до {to}")),
            },
            Kind::OneOf(known) => known
                .iter()
                .find(|(code, _)| *code == typed.trim())
                .map(|(code, _)| (*code).to_owned())
                .ok_or_else(|| "Выберите ответ".to_owned()),
            Kind::Zone(_) => Zone::from_name(typed.trim())
                .map(|zone| zone.name().to_owned())
                .ok_or_else(|| "Выберите часовой пояс".to_owned()),
        }
    }

    /// The number kept as `said`, or the usual one where none was ever set.
    #[must_use]
    pub fn number(self, said: &str) -> u64 {
        let usual = || self.usual().parse().unwrap_or_default();
        said.parse().unwrap_or_else(|_| usual())
    }

    /// The value as people read it.
    #[must_use]
    pub fn words(self, value: &str) -> &str {
        match self.kind() {
            Kind::OneOf(known) | Kind::Zone(known) => known
                .iter()
                .find(|(code, _)| *code == value)
                .map_or(value, |(_, words)| words),
            _ => value,
        }
    }
}

/// Lines without blanks around them; empty ones are dropped.
fn lines(typed: &str) -> Result<String, String> {
    let (most, characters) = LETTERHEAD;
    let kept: Vec<String> = typed
        .lines()
        .map(clean)
        .filter(|line| !line.is_empty())
        .collect();
    let text = kept.join("\n");
    if text.is_empty() {
        Err("Заполните это поле".to_owned())
    } else if kept.len() > most || text.chars().count() > characters {
        Err(format!("Не более {most} строк и {characters} знаков"))
    } else {
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_and_names_are_unique_and_come_back() {
        let codes: HashSet<_> = Setting::ALL.iter().map(|s| s.code()).collect();
        let names: HashSet<_> = Setting::ALL.iter().map(|s| s.name()).collect();
        assert_eq!(codes.len(), Setting::ALL.len());
        assert_eq!(names.len(), codes.len(), "two settings read alike");
        for setting in Setting::ALL {
            assert_eq!(Setting::from_code(setting.code()), Some(*setting));
            assert!(Group::ALL.contains(&setting.group()));
        }
        assert_eq!(
            Setting::from_code("virus_check"),
            None,
            "the worker's, not an administrator's"
        );
    }

    #[test]
    fn what_is_usual_may_be_typed() {
        for setting in Setting::ALL {
            if !setting.usual().is_empty() {
                assert_eq!(
                    setting.parse(setting.usual()).as_deref(),
                    Ok(setting.usual())
                );
            }
        }
    }

    #[test]
    fn nonsense_is_refused_in_words() {
        for (setting, typed) in [
            (Setting::ConclusionDay, "29"),
            (Setting::ConclusionDay, "0"),
            (Setting::ConclusionDay, "пятнадцатое"),
            (Setting::ExpertLimit, "-1"),
            (Setting::TimeZone, "Томск"),
            (Setting::SecondFactor, "teachers"),
            (Setting::RoutedIndustry, "operator"),
            (Setting::ConsentEmail, "почта"),
            (Setting::Issuer, " \n "),
            (Setting::Centre, ""),
        ] {
            assert!(
                setting.parse(typed).is_err(),
                "{} {typed:?}",
                setting.code()
            );
        }
        assert!(Setting::Issuer.parse(&"строка\n".repeat(11)).is_err());
    }

    #[test]
    fn values_are_kept_clean() {
        assert_eq!(
            Setting::Issuer.parse(" В комиссию \r\n\r\nДепартамента "),
            Ok("В комиссию\nДепартамента".to_owned())
        );
        assert_eq!(Setting::ExpertLimit.parse(" 012 "), Ok("12".to_owned()));
        assert_eq!(
            Setting::TimeZone.parse("Europe/Moscow"),
            Ok("Europe/Moscow".to_owned())
        );
    }

    #[test]
    fn a_number_never_set_is_the_usual_one() {
        assert_eq!(Setting::ConclusionDay.number(""), 15);
        assert_eq!(Setting::ConclusionDay.number("20"), 20);
        assert_eq!(Setting::DocumentMb.number("0"), 0);
    }

    #[test]
    fn r_org_1_every_founder_kind_has_its_setting() {
        for kind in FounderKind::ALL {
            let of = |setting: &&Setting| setting.founder_kind() == Some(kind);
            assert_eq!(Setting::ALL.iter().filter(of).count(), 1, "{}", kind.code());
        }
    }
}
