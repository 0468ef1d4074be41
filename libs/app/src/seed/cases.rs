//! The steps of the stories, each done by the verb and the person it is done by.

use bytes::Bytes;
use db::applications::{self, Application};
use domain::{
    act::acts,
    actor::Actor,
    reference::{Category, Form, Procedure},
    routing::Route,
};
use uuid::Uuid;

use super::{
    internal,
    people::Town,
    stories::{Step, Story},
};
use crate::{
    App, Error, Result, applications::Choice, attachments::Said, files::Received,
    rejection::Rejection, schedule::Plan, withdrawals::Seen,
};

/// What every scan and document of the demonstration is: one page.
pub(super) const DOCUMENT: &[u8] = include_bytes!("document.pdf");

/// A teacher with its story.
pub(super) struct Case<'a> {
    /// The municipality.
    pub(super) town: &'a Town,
    /// The teacher.
    pub(super) teacher: Actor,
    /// The card.
    pub(super) card: Uuid,
    /// The category asked for.
    pub(super) asks: Category,
    /// What happens.
    pub(super) story: Story,
    /// The application, once begun.
    pub(super) application: Option<Uuid>,
}

impl Case<'_> {
    /// Does what happens so many days before today.
    pub(super) async fn play(&mut self, app: &App, operator: &Actor, day: u64) -> Result<()> {
        let due: Vec<Step> = self
            .story
            .steps
            .iter()
            .filter(|step| step.0 == day)
            .map(|step| step.1)
            .collect();
        for step in due {
            match step {
                Step::Begin => self.begin(app).await,
                Step::Form => self.form(app).await.map(drop),
                Step::Submit => self.submit(app).await,
                Step::Upload | Step::Sign | Step::Pass | Step::Accept | Step::Return => {
                    self.move_conclusion(app, operator, step).await
                }
                Step::Withdraw | Step::SubmitWithdrawal | Step::AcceptWithdrawal => {
                    self.withdraw(app, operator, step).await
                }
                Step::Vouch | Step::Register | Step::Reject | Step::Schedule(_) => {
                    self.review(app, operator, step).await
                }
            }?;
        }
        Ok(())
    }

    fn choice(&self) -> Choice {
        let simplified = self.story.simplified;
        let highest = self.asks == Category::Highest;
        Choice {
            category: self.asks,
            procedure: if simplified {
                Procedure::Simplified
            } else {
                Procedure::General
            },
            ground: simplified.then(|| "medal_ushinskogo".to_owned()),
            form: if highest {
                Form::InPerson
            } else {
                Form::Distance
            },
            presence: highest,
        }
    }

    async fn begin(&mut self, app: &App) -> Result<()> {
        let choice = self.choice();
        let id = app.choose(&self.teacher, self.card, 0, &choice).await?;
        self.application = Some(id);
        Ok(())
    }

    async fn form(&mut self, app: &App) -> Result<Uuid> {
        let choice = self.choice();
        let id = app
            .form_unprinted(&self.teacher, self.card, 0, &choice)
            .await?;
        self.application = Some(id);
        Ok(id)
    }

    async fn submit(&mut self, app: &App) -> Result<()> {
        let id = self.form(app).await?;
        let criterion = match self.choice().category {
            Category::First => "p35_1",
            Category::Highest => "p36_1",
            Category::Methodist | Category::Mentor => "",
        };
        let said = if self.story.simplified {
            Said {
                kind: "award",
                caption: "Медаль К. Д. Ушинского",
                criterion: "",
            }
        } else {
            Said {
                kind: "results_table",
                caption: "Результаты за межаттестационный период",
                criterion,
            }
        };
        let result = self.document(app, "Результаты.pdf").await?;
        app.attach(&self.teacher, id, &[result], said).await?;
        let scan = self.document(app, "Заявление с подписью.pdf").await?;
        let version = self.row(app).await?.version;
        app.attach_scan(&self.teacher, id, version, &scan).await?;
        let version = self.row(app).await?.version;
        app.submit(&self.teacher, id, version).await?;
        Ok(())
    }

    async fn review(&self, app: &App, operator: &Actor, step: Step) -> Result<()> {
        let row = self.row(app).await?;
        let coordinator = &self.town.coordinator;
        let (id, version) = (row.public_id, row.version);
        match step {
            Step::Vouch => app.vouch(coordinator, id, version).await,
            Step::Reject => {
                let reasons = ["no_signature".to_owned()];
                let rejection = Rejection {
                    reasons: &reasons,
                    ..Rejection::default()
                };
                app.reject(coordinator, id, version, rejection).await
            }
            Step::Schedule(experts) => {
                self.schedule(app, self.registrar(&row, operator), experts)
                    .await
            }
            _ => {
                let registrar = self.registrar(&row, operator);
                app.register(registrar, id, version).await.map(drop)
            }
        }
    }

    /// The next period to begin, with the first `count` experts of the municipality.
    async fn schedule(&self, app: &App, registrar: &Actor, count: usize) -> Result<()> {
        let id = self.id()?;
        let view = app.schedule_row(registrar, id).await?;
        let today = app.today();
        let period = view
            .periods
            .iter()
            .find(|period| period.starts > today)
            .ok_or(Error::NotFound)?
            .public_id
            .to_string();
        let mut chosen = self.town.experts.iter().take(count).map(|expert| {
            let known = view
                .experts
                .iter()
                .find(|known| known.account == expert.account.0);
            known
                .map(|known| known.public_id.to_string())
                .unwrap_or_default()
        });
        let experts = [chosen.next(), chosen.next()].map(Option::unwrap_or_default);
        let plan = Plan {
            period: &period,
            experts: [&experts[0], &experts[1]],
            comment: None,
        };
        app.set_schedule(registrar, id, view.application.row.version, plan)
            .await
            .map(drop)
    }

    async fn move_conclusion(&self, app: &App, operator: &Actor, step: Step) -> Result<()> {
        let row = self.row(app).await?;
        let (id, version) = (row.public_id, row.conclusion_version);
        let coordinator = &self.town.coordinator;
        match step {
            Step::Upload => {
                let expert = self.town.experts.first().ok_or(Error::NotFound)?;
                let file = self.document(app, "Итоговое заключение.pdf").await?;
                app.upload_conclusion(expert, id, version, &[], file).await
            }
            Step::Sign => {
                let file = self.document(app, "Заключение с подписью.pdf").await?;
                app.sign_conclusion(&self.teacher, id, version, file).await
            }
            Step::Pass => app
                .pass_conclusion(coordinator, id, version)
                .await
                .map(drop),
            Step::Return => {
                let reason = "нет подписи второго специалиста";
                app.return_conclusion(coordinator, id, version, "expert", reason)
                    .await
            }
            _ => app.accept_conclusion(operator, id, version).await.map(drop),
        }
    }

    async fn withdraw(&self, app: &App, operator: &Actor, step: Step) -> Result<()> {
        let row = self.row(app).await?;
        let id = row.public_id;
        if step == Step::Withdraw {
            let reason = "переездом в другой регион";
            return app
                .form_withdrawal(&self.teacher, id, row.version, reason)
                .await;
        }
        let latest = app
            .withdrawal(&self.teacher, id)
            .await?
            .latest
            .ok_or(Error::NotFound)?;
        let seen = Seen {
            withdrawal: latest.public_id,
            version: latest.version,
        };
        if step == Step::SubmitWithdrawal {
            let scan = self.document(app, "Отзыв с подписью.pdf").await?;
            app.submit_withdrawal(&self.teacher, id, seen, &scan).await
        } else {
            app.accept_withdrawal(self.registrar(&row, operator), id, seen)
                .await
        }
    }

    fn registrar<'b>(&'b self, row: &Application, operator: &'b Actor) -> &'b Actor {
        match row.route {
            Some(Route::Municipal) => &self.town.coordinator,
            _ => operator,
        }
    }

    fn id(&self) -> Result<Uuid> {
        self.application.ok_or(Error::NotFound)
    }

    async fn row(&self, app: &App) -> Result<Application> {
        let mut tx = app.db.enter::<acts::ReadApplication>(&self.teacher).await?;
        applications::find(&mut tx, self.id()?)
            .await?
            .ok_or_else(|| internal("an application is gone"))
    }

    async fn document(&self, app: &App, name: &str) -> Result<Received> {
        let bytes = futures::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(DOCUMENT))]);
        app.receive("files", self.town.id(), name, bytes).await
    }
}
