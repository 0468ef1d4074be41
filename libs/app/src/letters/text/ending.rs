//! What a reminder of terms says (R-APP-7): numbers and where to look, never whose they are.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::work::reminders::Ending;
use domain::{
    calendar::{DaysLeft, text::plural},
    routing::WorkList,
};

/// The body of a reminder: each list with how many applications have how many days left on `today`,
/// the most pressing first, and its address.
pub(in crate::letters) fn ending(terms: &[Ending], today: NaiveDate, base_url: &str) -> String {
    let lists = [
        (
            WorkList::Municipal,
            "Заявления",
            "/municipal/applications?term=pressing",
        ),
        (
            WorkList::Simplified,
            "Упрощенная форма",
            "/operator/queue?tab=simplified&term=pressing",
        ),
        (
            WorkList::Industry,
            "Отраслевые",
            "/operator/queue?tab=industry&term=pressing",
        ),
    ];
    let mut said = "Истекает срок рассмотрения заявлений о проведении аттестации (30 календарных дней). Зарегистрируйте или отклоните их.".to_owned();
    for (list, name, page) in lists {
        let lines = lines(terms.iter().filter(|term| term.list == list), today);
        if !lines.is_empty() {
            said.push_str(&format!("\n\n{name}:\n{lines}{base_url}{page}"));
        }
    }
    said
}

fn lines<'a>(terms: impl Iterator<Item = &'a Ending>, today: NaiveDate) -> String {
    // Whatever is overdue is one line, else a backlog would be a letter of a hundred.
    let mut counted: BTreeMap<i64, (String, u64)> = BTreeMap::new();
    for term in terms {
        let left = DaysLeft::until(today, term.due);
        let line = counted.entry(left.days().max(-1)).or_insert_with(|| {
            let words = if left.is_overdue() {
                "просрочено".to_owned()
            } else {
                left.words()
            };
            (words, 0)
        });
        line.1 += term.applications;
    }
    counted
        .into_values()
        .map(|(words, n)| {
            let noun = plural(n, ["заявление", "заявления", "заявлений"]);
            format!("— {words}: {n} {noun}\n")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(list: WorkList, day: u32, applications: u64) -> Ending {
        Ending {
            list,
            due: NaiveDate::from_ymd_opt(2026, 12, day).unwrap(),
            applications,
        }
    }

    #[test]
    fn r_app_7_a_reminder_counts_by_list_and_days_left() {
        let today = NaiveDate::from_ymd_opt(2026, 12, 10).unwrap();
        let said = |terms: &[Ending]| ending(terms, today, "https://a.ru");
        let begins = "Истекает срок рассмотрения заявлений о проведении аттестации (30 календарных дней). Зарегистрируйте или отклоните их.\n\n";
        let municipal = [
            term(WorkList::Municipal, 1, 4),
            term(WorkList::Municipal, 9, 1),
            term(WorkList::Municipal, 10, 1),
            term(WorkList::Municipal, 13, 2),
            term(WorkList::Municipal, 20, 11),
        ];
        assert_eq!(
            said(&municipal),
            format!(
                "{begins}Заявления:\n\
                 — просрочено: 5 заявлений\n\
                 — срок сегодня: 1 заявление\n\
                 — осталось 3 дня: 2 заявления\n\
                 — осталось 10 дней: 11 заявлений\n\
                 https://a.ru/municipal/applications?term=pressing"
            )
        );
        let both = [
            term(WorkList::Industry, 13, 1),
            term(WorkList::Simplified, 20, 1),
        ];
        assert_eq!(
            said(&both),
            format!(
                "{begins}Упрощенная форма:\n\
                 — осталось 10 дней: 1 заявление\n\
                 https://a.ru/operator/queue?tab=simplified&term=pressing\n\
                 \n\
                 Отраслевые:\n\
                 — осталось 3 дня: 1 заявление\n\
                 https://a.ru/operator/queue?tab=industry&term=pressing"
            )
        );
    }
}
