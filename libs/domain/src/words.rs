//! The decks' words for states (01 §1.3) and for refusals: what a person reads of a rule.
//! The words are part of the domain, as its users know it; where they stand on a page is not.

use chrono::NaiveDate;

use crate::{
    act::Act,
    calendar::in_words,
    life::{PeriodMark, Place, Refusal, Status, When, Withdrawal},
    reference::Decision,
};

/// What the teacher's «Статус заявления» needs beyond the states.
#[derive(Clone, Copy, Debug, Default)]
pub struct StatusFacts<'a> {
    /// The journal's number and date, once registered.
    pub registration: Option<(i32, NaiveDate)>,
    /// Why it was rejected, already in the instrumental and joined by commas; own words as
    /// they were typed after a colon (R-APP-6).
    pub rejection: &'a str,
    /// The period's name, once set.
    pub period: &'a str,
    /// The decision with number and date of its order, once decided.
    pub decision: Option<(Decision, &'a str, NaiveDate)>,
}

/// The lines of «Статус заявления»: an open withdrawal's first, then the state's, then the
/// period's, then the conclusion's.
#[must_use]
pub fn status_lines(
    status: Status,
    withdrawal: Option<Withdrawal>,
    period: PeriodMark,
    place: Place,
    facts: StatusFacts<'_>,
) -> Vec<String> {
    let mut lines = Vec::new();
    match withdrawal {
        Some(Withdrawal::Formed) => lines.push(
            "Заявление на отзыв сформировано, Вы можете его загрузить, перейдя по ссылке «Подать заявление на отзыв»"
                .to_owned(),
        ),
        Some(Withdrawal::UnderReview) => {
            lines.push("Заявление на отзыв находится на рассмотрении.".to_owned());
        }
        _ => {}
    }
    lines.push(status_line(status, facts));
    if status == Status::Registered {
        match period {
            PeriodMark::None => {}
            PeriodMark::Preliminary => lines.push(format!(
                "Вам определен аттестационный период (предварительный, может меняться) {}",
                facts.period
            )),
            PeriodMark::Approved => lines.push(format!(
                "Вам определен аттестационный период (ПЕРИОД ЗАКРЫТ) {}",
                facts.period
            )),
        }
        match place {
            Place::None | Place::AtExpert => {}
            Place::AtTeacher => lines.push("Получено итоговое заключение".to_owned()),
            Place::AtMunicipal | Place::AtCentre | Place::Accepted => {
                lines.push("Итоговое заключение отправлено".to_owned());
            }
        }
    }
    lines
}

fn status_line(status: Status, facts: StatusFacts<'_>) -> String {
    match status {
        Status::Draft => "Заявление не подано.".to_owned(),
        Status::Formed => "Заявление сформировано. Вы можете его загрузить, перейдя по ссылке «Подать заявление».".to_owned(),
        Status::UnderReview => "Заявление о проведении аттестации находится на рассмотрении (рассматривается в течение 30 календарных дней).".to_owned(),
        Status::Registered => match facts.registration {
            Some((number, date)) => format!(
                "Заявление о проведении аттестации зарегистрировано. № {number} от {}",
                in_words(date)
            ),
            None => "Заявление о проведении аттестации зарегистрировано.".to_owned(),
        },
        Status::Rejected => {
            format!("Заявление о проведении аттестации отклонено{}.", facts.rejection)
        }
        Status::Withdrawn => "Заявление отозвано.".to_owned(),
        Status::Decided => match facts.decision {
            Some((decided, number, date)) => decision(decided, number, date),
            None => "Квалификационная категория: решение принято.".to_owned(),
        },
    }
}

/// A decision with its order, as the status, the history and every page of the case tell it
/// (R-ORD-1).
#[must_use]
pub fn decision(decided: Decision, number: &str, date: NaiveDate) -> String {
    let what = match decided {
        Decision::Granted => "Квалификационная категория установлена",
        Decision::Refused => "Квалификационная категория: в установлении отказано",
    };
    format!("{what} — распоряжение от {} № {number}", in_words(date))
}

/// The rejection as the status and the letter carry it (R-APP-6): reasons of the list in the
/// instrumental joined by commas, own words after them; own words alone after a colon.
#[must_use]
pub fn rejection(instrumental: &[String], own_words: &str) -> String {
    let mut reasons: Vec<&str> = instrumental.iter().map(String::as_str).collect();
    if reasons.is_empty() {
        return format!(": {own_words}");
    }
    if !own_words.is_empty() {
        reasons.push(own_words);
    }
    format!(" в связи с {}", reasons.join(", "))
}

/// The state in a word, for lists and tags.
#[must_use]
pub const fn status_name(status: Status) -> &'static str {
    match status {
        Status::Draft => "не подано",
        Status::Formed => "сформировано",
        Status::UnderReview => "на рассмотрении",
        Status::Registered => "зарегистрировано",
        Status::Rejected => "отклонено",
        Status::Withdrawn => "отозвано",
        Status::Decided => "решение принято",
    }
}

/// The state of a withdrawal in a word, for lists and tags.
#[must_use]
pub const fn withdrawal_name(state: Withdrawal) -> &'static str {
    match state {
        Withdrawal::Formed => "сформирован",
        Withdrawal::UnderReview => "на рассмотрении",
        Withdrawal::Accepted => "зарегистрирован",
        Withdrawal::Declined => "отклонён",
        Withdrawal::Cancelled => "отменён",
        Withdrawal::Lapsed => "утратил силу",
    }
}

/// Where the conclusion is, for lists and tags.
#[must_use]
pub const fn place_name(place: Place) -> &'static str {
    match place {
        Place::None => "не загружено",
        Place::AtTeacher => "у педагога",
        Place::AtMunicipal => "у муниципального координатора",
        Place::AtCentre => "в Центре",
        Place::AtExpert => "возвращено специалисту",
        Place::Accepted => "принято",
    }
}

/// Why an act is refused now, as a sentence for whoever pressed the button (409).
#[must_use]
pub fn refusal(act: Act, refusal: Refusal) -> String {
    match refusal {
        Refusal::Role => "Это действие доступно другой роли.".to_owned(),
        Refusal::Status(status) => match (act, status) {
            (_, Status::Registered) if matches!(act, Act::Register | Act::Reject) => {
                "Заявление уже зарегистрировано.".to_owned()
            }
            (_, Status::Draft) => "Заявление ещё не сформировано.".to_owned(),
            (_, Status::Formed) => "Заявление ещё не подано.".to_owned(),
            (_, Status::UnderReview) => "Заявление подано и ещё не зарегистрировано.".to_owned(),
            (_, Status::Registered) => "Заявление уже подано и зарегистрировано.".to_owned(),
            (_, Status::Rejected) => "Заявление уже отклонено.".to_owned(),
            (_, Status::Withdrawn) => "Заявление уже отозвано.".to_owned(),
            (_, Status::Decided) => "По заявлению уже принято решение.".to_owned(),
        },
        Refusal::Condition(when) => condition(when).to_owned(),
    }
}

const fn condition(when: When) -> &'static str {
    match when {
        When::NotFrozen => {
            "Сначала рассмотрите отзыв: заявление на отзыв находится на рассмотрении."
        }
        When::Registrar => "Отклонять можно, регистрирует ТОЛЬКО ОПЕРАТОР В ТОИПКРО!",
        When::RowOwner => {
            "Строку графика ведёт другой: муниципальный координатор до утверждения периода или оператор."
        }
        When::RouteOperator => "Заявление рассматривает муниципальный координатор.",
        When::RouteMunicipal => "Заявление рассматривает оператор.",
        When::General => "В график попадают только заявления на общих основаниях.",
        When::PeriodSet => "Аттестационный период ещё не определён.",
        When::PeriodIs(_) | When::PeriodIsNot(_) => {
            "Аттестационный период уже утверждён или ещё не определён."
        }
        When::PlaceIn(_) | When::PlaceIsNot(_) => {
            "Итоговое заключение сейчас не здесь: обновите страницу."
        }
        When::NoWithdrawal => "Заявление на отзыв уже сформировано.",
        When::WithdrawalIs(Withdrawal::Formed) => {
            "Заявление на отзыв не сформировано или уже подано."
        }
        When::WithdrawalIs(_) => "Заявление на отзыв уже рассмотрено или ещё не подано.",
        When::ReadyToApprove => "Не назначены оба специалиста.",
        When::ReadyToDecide => "Итоговое заключение ещё не принято или период не утверждён.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_app_6_reasons_are_joined_and_own_words_stand_alone_after_a_colon() {
        let list = ["отсутствием подписи".to_owned(), "ошибкой в ФИО".to_owned()];
        assert_eq!(
            rejection(&list, ""),
            " в связи с отсутствием подписи, ошибкой в ФИО"
        );
        assert_eq!(
            rejection(&list[..1], "см. замечания"),
            " в связи с отсутствием подписи, см. замечания"
        );
        assert_eq!(rejection(&[], "не та форма"), ": не та форма");
    }

    #[test]
    fn r_ord_1_the_status_tells_the_decision_with_its_order() {
        let told = |decided| {
            let facts = StatusFacts {
                decision: NaiveDate::from_ymd_opt(2026, 12, 2).map(|date| (decided, "173К", date)),
                ..StatusFacts::default()
            };
            status_lines(
                Status::Decided,
                None,
                PeriodMark::Approved,
                Place::Accepted,
                facts,
            )
        };
        assert_eq!(
            told(Decision::Granted),
            ["Квалификационная категория установлена — распоряжение от 2 декабря 2026 г. № 173К"]
        );
        assert_eq!(
            told(Decision::Refused),
            [
                "Квалификационная категория: в установлении отказано — распоряжение от 2 декабря 2026 г. № 173К"
            ]
        );
    }

    #[test]
    fn the_withdrawal_line_stands_first_and_the_conclusion_last() {
        let lines = status_lines(
            Status::Registered,
            Some(Withdrawal::UnderReview),
            PeriodMark::Approved,
            Place::AtTeacher,
            StatusFacts {
                registration: NaiveDate::from_ymd_opt(2026, 12, 2).map(|date| (7, date)),
                period: "октябрь-ноябрь 2026",
                ..StatusFacts::default()
            },
        );
        assert_eq!(
            lines,
            [
                "Заявление на отзыв находится на рассмотрении.",
                "Заявление о проведении аттестации зарегистрировано. № 7 от 2 декабря 2026 г.",
                "Вам определен аттестационный период (ПЕРИОД ЗАКРЫТ) октябрь-ноябрь 2026",
                "Получено итоговое заключение",
            ]
        );
    }
}
