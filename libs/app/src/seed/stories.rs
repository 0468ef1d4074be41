//! What the demonstration shows: whose application stands where, and by which steps it came
//! there, on how many days before today.

use super::places::Work::{self, Arts, Kindergarten, Missing, School};

/// Something done to an application; each begins with what it needs to have been done before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The form's questions answered.
    Begin,
    /// Begun and formed.
    Form,
    /// Begun, formed, the documents attached, submitted.
    Submit,
    /// Marked «Проверено».
    Vouch,
    /// Registered by whoever registers on its route.
    Register,
    /// Rejected by the coordinator.
    Reject,
    /// A period set, with so many experts.
    Schedule(usize),
    /// The conclusion uploaded by the first expert.
    Upload,
    /// Signed by the teacher.
    Sign,
    /// Passed on to the Centre.
    Pass,
    /// Accepted by the Centre.
    Accept,
    /// Returned by the coordinator to the experts.
    Return,
    /// A withdrawal formed.
    Withdraw,
    /// The withdrawal submitted.
    SubmitWithdrawal,
    /// The withdrawal accepted.
    AcceptWithdrawal,
}

use Step::{
    Accept, AcceptWithdrawal, Begin, Form, Pass, Register, Reject, Return, Schedule, Sign, Submit,
    SubmitWithdrawal, Upload, Vouch, Withdraw,
};

/// How one teacher's application came to stand where it stands.
#[derive(Clone, Debug)]
pub(super) struct Story {
    /// What the login shows.
    pub(super) shows: &'static str,
    /// Where the teacher works.
    pub(super) work: Work,
    /// Whether the simplified form is asked for.
    pub(super) simplified: bool,
    /// The steps, each with its days before today, in the order of time.
    pub(super) steps: Vec<(u64, Step)>,
}

type Told = (&'static str, Work, bool, &'static [(u64, Step)]);

/// The days of the longest story, and a few more for everybody to come in.
pub(super) const DAYS: u64 = 75;

/// The teachers of every municipality, in the order of their logins.
const EVERYWHERE: [Told; 8] = [
    ("карточка заполнена, заявления ещё нет", School, false, &[]),
    ("сформировано, не подано", School, false, &[(2, Form)]),
    (
        "зарегистрировано, назначены период и два специалиста",
        School,
        false,
        &[(38, Submit), (31, Register), (27, Schedule(2))],
    ),
    ("на рассмотрении", Kindergarten, false, &[(1, Submit)]),
    (
        "на рассмотрении, срок прошёл",
        School,
        false,
        &[(36, Submit)],
    ),
    (
        "отраслевая организация: ждёт оператора",
        Arts,
        false,
        &[(6, Submit)],
    ),
    (
        "упрощённая форма: ждёт оператора",
        School,
        true,
        &[(4, Submit)],
    ),
    (
        "итоговое заключение ждёт подписи педагога",
        Kindergarten,
        false,
        &[(58, Submit), (50, Register), (45, Schedule(2)), (3, Upload)],
    ),
];

/// The further teachers of Tomsk: every state there is.
const IN_TOMSK: [Told; 18] = [
    ("черновик", School, false, &[(3, Begin)]),
    (
        "на рассмотрении, срок истекает",
        School,
        false,
        &[(28, Submit)],
    ),
    (
        "зарегистрировано, период не выбран",
        Kindergarten,
        false,
        &[(20, Submit), (12, Register)],
    ),
    (
        "зарегистрировано с периодом, не хватает специалиста",
        School,
        false,
        &[(34, Submit), (26, Register), (20, Schedule(1))],
    ),
    (
        "итоговое заключение у муниципального координатора",
        School,
        false,
        &[
            (62, Submit),
            (55, Register),
            (49, Schedule(2)),
            (10, Upload),
            (6, Sign),
        ],
    ),
    (
        "итоговое заключение в Центре",
        School,
        false,
        &[
            (63, Submit),
            (55, Register),
            (49, Schedule(2)),
            (13, Upload),
            (9, Sign),
            (7, Pass),
        ],
    ),
    (
        "итоговое заключение принято",
        Kindergarten,
        false,
        &[
            (66, Submit),
            (60, Register),
            (54, Schedule(2)),
            (16, Upload),
            (12, Sign),
            (9, Pass),
            (4, Accept),
        ],
    ),
    (
        "итоговое заключение возвращено специалистам",
        School,
        false,
        &[
            (64, Submit),
            (57, Register),
            (51, Schedule(2)),
            (14, Upload),
            (11, Sign),
            (5, Return),
        ],
    ),
    ("отклонено", School, false, &[(25, Submit), (19, Reject)]),
    (
        "отозвано до регистрации",
        School,
        false,
        &[
            (24, Submit),
            (15, Withdraw),
            (14, SubmitWithdrawal),
            (11, AcceptWithdrawal),
        ],
    ),
    (
        "отозвано после регистрации",
        Kindergarten,
        false,
        &[
            (44, Submit),
            (36, Register),
            (17, Withdraw),
            (16, SubmitWithdrawal),
            (13, AcceptWithdrawal),
        ],
    ),
    (
        "на рассмотрении, сформирован отзыв",
        School,
        false,
        &[(8, Submit), (2, Withdraw)],
    ),
    (
        "зарегистрировано, отзыв на рассмотрении",
        School,
        false,
        &[
            (29, Submit),
            (22, Register),
            (5, Withdraw),
            (3, SubmitWithdrawal),
        ],
    ),
    (
        "упрощённая форма, зарегистрировано оператором",
        School,
        true,
        &[(33, Submit), (23, Register)],
    ),
    (
        "отраслевая организация, зарегистрировано оператором",
        Arts,
        false,
        &[(32, Submit), (21, Register)],
    ),
    (
        "отраслевая организация, проверено координатором",
        Arts,
        false,
        &[(9, Submit), (4, Vouch)],
    ),
    (
        "отраслевая организация, назначены период и два специалиста",
        Arts,
        false,
        &[(48, Submit), (40, Register), (18, Schedule(2))],
    ),
    ("ждёт, пока добавят организацию", Missing, false, &[]),
];

/// How many more of Tomsk are under review, so that lists have pages.
const CROWD: u64 = 60;

/// The teachers of a municipality, in the order of their logins.
pub(super) fn of(slug: &str) -> Vec<Story> {
    let tomsk = slug == "tomsk";
    let more: &[Told] = if tomsk { &IN_TOMSK } else { &[] };
    let crowd = if tomsk { CROWD } else { 0 };
    let told = EVERYWHERE.iter().chain(more).map(|told| Story {
        shows: told.0,
        work: told.1,
        simplified: told.2,
        steps: told.3.to_vec(),
    });
    let waiting = (0..crowd).map(|number| Story {
        shows: "на рассмотрении",
        work: if number % 3 == 2 {
            Kindergarten
        } else {
            School
        },
        simplified: false,
        steps: vec![(1 + number * 7 % 27, Submit)],
    });
    told.chain(waiting).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stories_go_forward_and_begin_when_everybody_is_there() {
        for story in of("tomsk") {
            let days: Vec<u64> = story.steps.iter().map(|step| step.0).collect();
            assert!(days.is_sorted_by(|a, b| a > b), "{}", story.shows);
            assert!(
                days.first().is_none_or(|first| *first < DAYS),
                "{}",
                story.shows
            );
        }
    }
}
