//! What becomes of the demonstration's applications: scenarios of steps, each some days ago.
//! Steps of one day are done together, days in their order: the journal goes by date.

use bytes::Bytes;
use db::cards::Filled;
use domain::{
    actor::{Actor, TenantId},
    calendar::Span,
    declension,
    name::FullName,
    reference::{Category, Form, Procedure},
    routing::Route,
};

use super::people::{Place, Teacher};
use crate::{
    App, Error, Result,
    applications::{Application, Choice, Own},
    files::Received,
    schedule::Plan,
    withdrawals::Seen,
};

/// A page that stands in for every scan.
const SAMPLE: &[u8] = include_bytes!("sample.pdf");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Form,
    Submit,
    Register,
    Reject,
    /// A period, and so many experts.
    Plan(usize),
    Conclude,
    Sign,
    Pass,
    Accept,
    FormWithdrawal,
    SubmitWithdrawal,
    AcceptWithdrawal,
}

/// The story of one application.
#[derive(Debug)]
pub(super) struct Scenario {
    /// What it shows.
    pub(super) words: &'static str,
    /// Whether the teacher works where the operator registers.
    pub(super) industry: bool,
    ground: Option<&'static str>,
    /// Steps by days ago.
    steps: &'static [(i64, Step)],
}

const fn story(words: &'static str, steps: &'static [(i64, Step)]) -> Scenario {
    Scenario {
        words,
        industry: false,
        ground: None,
        steps,
    }
}

static SCENARIOS: [Scenario; 14] = [
    story(
        "заявление на рассмотрении",
        &[(4, Step::Form), (3, Step::Submit)],
    ),
    story("заявление сформировано", &[(2, Step::Form)]),
    story(
        "зарегистрировано, период не определён",
        &[(20, Step::Form), (19, Step::Submit), (12, Step::Register)],
    ),
    story(
        "определён период, назначены специалисты",
        &[
            (36, Step::Form),
            (35, Step::Submit),
            (30, Step::Register),
            (25, Step::Plan(2)),
        ],
    ),
    story("заявление не подано", &[]),
    story(
        "срок рассмотрения истёк",
        &[(34, Step::Form), (33, Step::Submit)],
    ),
    story(
        "заявление отклонено",
        &[(22, Step::Form), (21, Step::Submit), (15, Step::Reject)],
    ),
    story(
        "не хватает специалиста",
        &[
            (28, Step::Form),
            (27, Step::Submit),
            (20, Step::Register),
            (18, Step::Plan(1)),
        ],
    ),
    story(
        "получено итоговое заключение",
        &[
            (60, Step::Form),
            (59, Step::Submit),
            (50, Step::Register),
            (45, Step::Plan(2)),
            (6, Step::Conclude),
        ],
    ),
    story(
        "заключение передано в Центр",
        &[
            (62, Step::Form),
            (61, Step::Submit),
            (52, Step::Register),
            (46, Step::Plan(2)),
            (10, Step::Conclude),
            (8, Step::Sign),
            (5, Step::Pass),
        ],
    ),
    story(
        "заключение принято",
        &[
            (64, Step::Form),
            (63, Step::Submit),
            (53, Step::Register),
            (47, Step::Plan(2)),
            (14, Step::Conclude),
            (11, Step::Sign),
            (7, Step::Pass),
            (1, Step::Accept),
        ],
    ),
    story(
        "отзыв на рассмотрении",
        &[
            (17, Step::Form),
            (16, Step::Submit),
            (13, Step::Register),
            (4, Step::FormWithdrawal),
            (3, Step::SubmitWithdrawal),
        ],
    ),
    story(
        "заявление отозвано",
        &[
            (26, Step::Form),
            (24, Step::Submit),
            (23, Step::FormWithdrawal),
            (23, Step::SubmitWithdrawal),
            (20, Step::AcceptWithdrawal),
        ],
    ),
    Scenario {
        words: "упрощенная форма, отраслевая организация",
        industry: true,
        ground: Some("pochetnyy_rabotnik"),
        steps: &[(9, Step::Form), (8, Step::Submit)],
    },
];

impl Scenario {
    /// The scenarios of a municipality: all, or six that its neighbours continue.
    pub(super) fn of_place(index: usize, every: bool) -> Vec<&'static Self> {
        let count = if every { SCENARIOS.len() } else { 6 };
        (0..count)
            .map(|number| &SCENARIOS[(index * count + number) % SCENARIOS.len()])
            .collect()
    }

    /// The days on which anything happens, the longest ago first.
    pub(super) fn days() -> Vec<i64> {
        let mut days: Vec<i64> = SCENARIOS
            .iter()
            .flat_map(|scenario| scenario.steps.iter().map(|(day, _)| *day))
            .collect();
        days.sort_unstable_by(|a, b| b.cmp(a));
        days.dedup();
        days
    }
}

impl App {
    /// Does the steps of this day.
    pub(super) async fn live(
        &self,
        place: &Place,
        teacher: &Teacher,
        operator: &Actor,
        day: i64,
    ) -> Result<()> {
        for (_, step) in teacher.scenario.steps.iter().filter(|(on, _)| *on == day) {
            self.step(place, teacher, operator, *step).await?;
        }
        Ok(())
    }

    async fn step(
        &self,
        place: &Place,
        teacher: &Teacher,
        operator: &Actor,
        step: Step,
    ) -> Result<()> {
        let actor = &teacher.actor;
        if step == Step::Form {
            return self.seed_form(teacher).await;
        }
        let own = self.own(actor, None).await?;
        let it = own.application.as_ref().ok_or(Error::NotFound)?;
        let id = it.public_id;
        let registrar = match it.route {
            Some(Route::Operator) => operator,
            _ => &place.coordinator,
        };
        match step {
            Step::Form => Ok(()),
            Step::Submit => self.seed_submit(actor, &own).await,
            Step::Register => self.register(registrar, id, it.version).await.map(|_| ()),
            Step::Reject => {
                let reasons = ["no_signature".to_owned(), "bad_scan".to_owned()];
                self.reject(registrar, id, it.version, &reasons, "").await
            }
            Step::Plan(experts) => self.seed_plan(place, it, experts).await,
            Step::Conclude => {
                let expert = place.experts.first().ok_or(Error::NotFound)?;
                let file = self.sample("conclusion", it.tenant).await?;
                self.upload_conclusion(expert, id, it.conclusion_version, file)
                    .await
            }
            Step::Sign => {
                let file = self.sample("conclusion", it.tenant).await?;
                self.sign_conclusion(actor, id, it.conclusion_version, file)
                    .await
            }
            Step::Pass => {
                self.pass_conclusion(&place.coordinator, id, it.conclusion_version)
                    .await
            }
            Step::Accept => {
                self.accept_conclusion(operator, id, it.conclusion_version)
                    .await
            }
            Step::FormWithdrawal => {
                self.form_withdrawal(actor, id, it.version, "переездом в другой регион")
                    .await
            }
            Step::SubmitWithdrawal => {
                let scan = self.sample("scan", it.tenant).await?;
                let seen = self.seen(actor).await?;
                self.submit_withdrawal(actor, id, seen, &scan).await
            }
            Step::AcceptWithdrawal => {
                let seen = self.seen(actor).await?;
                self.accept_withdrawal(registrar, id, seen).await
            }
        }
    }

    /// Fills in the card and forms the application.
    async fn seed_form(&self, teacher: &Teacher) -> Result<()> {
        let actor = &teacher.actor;
        let card = self.card_desk(actor, None).await?.card;
        let name = FullName::parse(&card.surname, &card.name, &card.patronymic)
            .map_err(|wrong| Error::Internal(Box::new(wrong)))?;
        let forms = declension::propose(&name);
        let subject = if card.position == "uchitel" {
            "matematika"
        } else {
            ""
        };
        let filled = Filled {
            name,
            phone: None,
            genitive: Some(forms.genitive),
            dative: Some(forms.dative),
            post: None,
            subject: subject.to_owned(),
            age: Some(41),
            education: "высшее, Томский государственный педагогический университет, 2008"
                .to_owned(),
            service: [Some(18), Some(17), Some(12)],
            held: None,
            held_issuer: String::new(),
            held_date: None,
            held_number: String::new(),
            held_until: None,
        };
        let versions = [card.version, card.profile_version];
        self.save_card(actor, card.public_id, versions, filled, None)
            .await?;
        let ground = teacher.scenario.ground;
        let choice = Choice {
            category: Category::First,
            procedure: ground.map_or(Procedure::General, |_| Procedure::Simplified),
            ground: ground.map(str::to_owned),
            form: Form::InPerson,
            presence: true,
        };
        self.form_unprinted(actor, card.public_id, 0, &choice)
            .await?;
        Ok(())
    }

    async fn seed_submit(&self, actor: &Actor, own: &Own) -> Result<()> {
        let it = own.application.as_ref().ok_or(Error::NotFound)?;
        let files = [self.sample("files", it.tenant).await?];
        let caption = "Таблица результатов за межаттестационный период";
        self.attach(actor, it.public_id, &files, "results_table", caption)
            .await?;
        let scan = self.sample("scan", it.tenant).await?;
        self.attach_scan(actor, it.public_id, it.version, &scan)
            .await?;
        let now = self.own(actor, None).await?;
        let it = now.application.as_ref().ok_or(Error::NotFound)?;
        self.submit(actor, it.public_id, it.version).await?;
        Ok(())
    }

    /// The period that holds today, and the first experts.
    async fn seed_plan(&self, place: &Place, it: &Application, experts: usize) -> Result<()> {
        let row = self.schedule_row(&place.coordinator, it.public_id).await?;
        let today = self.today();
        let period = row
            .periods
            .iter()
            .filter(|period| Span::new(period.starts, period.ends).is_some())
            .filter(|period| period.ends >= today)
            .min_by_key(|period| period.starts)
            .ok_or(Error::NotFound)?;
        let mut chosen = place.experts.iter().take(experts).filter_map(|expert| {
            let found = row
                .experts
                .iter()
                .find(|known| known.membership == expert.membership);
            found.map(|expert| expert.public_id.to_string())
        });
        let seats = [
            chosen.next().unwrap_or_default(),
            chosen.next().unwrap_or_default(),
        ];
        let plan = Plan {
            period: &period.public_id.to_string(),
            experts: [&seats[0], &seats[1]],
        };
        self.set_schedule(&place.coordinator, it.public_id, it.row.version, plan)
            .await
            .map(|_| ())
    }

    async fn seen(&self, actor: &Actor) -> Result<Seen> {
        let withdrawing = self.own_withdrawal(actor, None).await?;
        let open = withdrawing
            .as_ref()
            .and_then(|withdrawing| withdrawing.open());
        open.map(|open| Seen {
            withdrawal: open.public_id,
            version: open.version,
        })
        .ok_or(Error::NotFound)
    }

    async fn sample(&self, field: &'static str, tenant: TenantId) -> Result<Received> {
        let bytes = Ok::<_, std::io::Error>(Bytes::from_static(SAMPLE));
        let stream = futures::stream::iter([bytes]);
        self.receive(field, tenant.0, "Документ.pdf", stream).await
    }
}
