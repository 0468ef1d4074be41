//! An application brought to a state under the real roles: every step is a statement of the
//! person who may do it, so the fixtures obey the same policies and triggers as the product.

use std::time::Duration;

use app::{
    applications::Submission,
    attachments::Said,
    files::{Kind, Received},
};
use db::applications::own::Choice;
use domain::{
    card::Snapshot,
    name::FullName,
    reference::{Category, Code, Form, Procedure},
};
use uuid::Uuid;

use crate::town::{Person, Town};

/// An application as tests know it.
#[derive(Clone, Copy, Debug)]
pub struct Application {
    /// The number inside.
    pub id: i64,
    /// The id in addresses.
    pub public_id: Uuid,
    /// The municipality.
    pub tenant: i32,
}

/// The card as it was formed.
fn snapshot(municipality: &str) -> Snapshot {
    let name = |surname, name, patronymic| FullName::parse(surname, name, patronymic).unwrap();
    Snapshot {
        name: name("Иванова", "Мария", "Сергеевна"),
        genitive: name("Ивановой", "Марии", "Сергеевны"),
        dative: name("Ивановой", "Марии", "Сергеевне"),
        age: 40,
        position: Code::parse("uchitel").unwrap(),
        position_name: "учитель".to_owned(),
        subject: None,
        municipality: municipality.to_owned(),
        organisation: "Школа".to_owned(),
        organisation_type: "школа".to_owned(),
        education: None,
        service: [18, 17, 12],
        held: None,
    }
}

impl Town {
    /// A draft of `teacher` on general grounds.
    pub async fn draft(&self, teacher: &Person) -> Application {
        self.draft_of(teacher, "general").await
    }

    /// A draft by this procedure (`general`, `simplified`).
    pub async fn draft_of(&self, teacher: &Person, procedure: &str) -> Application {
        let (tenant, account, membership) = (self.id, teacher.account.0, teacher.membership);
        let organisation = teacher.organisation.unwrap();
        let public_id = Uuid::now_v7();
        let ground = if procedure == "simplified" {
            "'gos_nagrada'"
        } else {
            "NULL"
        };
        let mut sql = self.world().teaching(teacher).await;
        let card: i64 = sql
            .value(&format!(
                "INSERT INTO app.card (tenant_id, public_id, membership_id, account_id, organisation_id, position) \
                 VALUES ({tenant}, '{}', {membership}, {account}, {organisation}, 'uchitel') RETURNING id",
                Uuid::now_v7()
            ))
            .await
            .unwrap();
        let id = sql
            .value(&format!(
                "INSERT INTO app.application (tenant_id, public_id, card_id, account_id, membership_id, \
                 organisation_id, category, procedure, ground, form, presence) VALUES ({tenant}, '{public_id}', \
                 {card}, {account}, {membership}, {organisation}, 'first', '{procedure}', {ground}, 'in_person', true) \
                 RETURNING id"
            ))
            .await
            .unwrap();
        Application {
            id,
            public_id,
            tenant,
        }
    }

    /// An application of `teacher` under review, on general grounds.
    pub async fn submitted(&self, teacher: &Person) -> Application {
        self.submitted_by(teacher, "general").await
    }

    /// An application under review, by this procedure.
    pub async fn submitted_by(&self, teacher: &Person, procedure: &str) -> Application {
        let application = self.draft_of(teacher, procedure).await;
        let mut sql = self.world().teaching(teacher).await;
        for step in [
            format!(
                "status = 'formed', edition = 1, formed_at = app.ctx_now(), position = 'uchitel', \
                 surname = 'Иванова', name = 'Мария', patronymic = 'Сергеевна', snapshot = '{}'",
                serde_json::to_string(&snapshot(&self.name)).unwrap()
            ),
            "status = 'under_review'".to_owned(),
        ] {
            let rows = sql.run(&application.update(&step)).await;
            assert_eq!(rows, Ok(1), "{step}");
        }
        application
    }

    /// A card of `teacher` with everything forming wants, by its id in addresses.
    pub async fn card(&self, teacher: &Person) -> Uuid {
        let card = Uuid::now_v7();
        let mut sql = self.world().teaching(teacher).await;
        sql.script(&format!(
            "INSERT INTO app.card (tenant_id, public_id, membership_id, account_id, organisation_id, position) \
             VALUES ({}, '{card}', {}, {}, {}, 'uchitel'); \
             UPDATE app.card SET surname_gen = 'Ивановой', name_gen = 'Марии', patronymic_gen = 'Сергеевны', \
               surname_dat = 'Ивановой', name_dat = 'Марии', patronymic_dat = 'Сергеевне', age = 40, \
               service_total = 18, service_pedagogical = 17, service_post = 12 WHERE public_id = '{card}'",
            self.id,
            teacher.membership,
            teacher.account.0,
            teacher.organisation.unwrap(),
        ))
        .await;
        card
    }

    /// An application of `teacher` formed by the verb, with the signed scan and a document
    /// that counts: everything submission wants (R-APP-2).
    pub async fn ready(&self, teacher: &Person) -> Application {
        let card = self.card(teacher).await;
        let app = self.world().app();
        let choice = choice();
        let forming = app.form_application(teacher, card, 0, &choice);
        // The verb goes on to wait for the printed page, which nobody prints here.
        let application = tokio::select! {
            formed = forming => panic!("it waits for the worker: {formed:?}"),
            application = self.formed(teacher) => application,
        };
        let version = application.version(self).await;
        app.attach_scan(
            teacher,
            application.public_id,
            version,
            &received("скан.pdf"),
        )
        .await
        .unwrap();
        app.attach(
            teacher,
            application.public_id,
            &[received("таблица.pdf")],
            RESULTS,
        )
        .await
        .unwrap();
        application
    }

    async fn formed(&self, teacher: &Person) -> Application {
        loop {
            let found: Option<String> = self
                .world()
                .make(&format!(
                    "SELECT (SELECT id || ' ' || public_id FROM app.application \
                     WHERE account_id = {} AND status = 'formed')",
                    teacher.account.0
                ))
                .await;
            if let Some((id, public_id)) = found.as_deref().and_then(|row| row.split_once(' ')) {
                return Application {
                    id: id.parse().unwrap(),
                    public_id: public_id.parse().unwrap(),
                    tenant: self.id,
                };
            }
            // Looking without a pause keeps a core from the database that is asked.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// An application submitted by the verb.
    pub async fn applied(&self, teacher: &Person) -> Application {
        let application = self.ready(teacher).await;
        let version = application.version(self).await;
        let submitted = self
            .world()
            .app()
            .submit(teacher, application.public_id, version)
            .await;
        assert!(matches!(submitted, Ok(Submission::Done)), "{submitted:?}");
        application
    }

    /// An application registered by its registrar through the verb.
    pub async fn registered(&self, teacher: &Person, registrar: &Person) -> Application {
        let application = self.submitted(teacher).await;
        let version = application.version(self).await;
        self.world()
            .app()
            .register(registrar, application.public_id, version)
            .await
            .unwrap();
        application
    }
}

impl Application {
    /// A statement that sets `what` of it.
    #[must_use]
    pub fn update(&self, what: &str) -> String {
        format!(
            "UPDATE app.application SET {what}, version = version + 1 WHERE tenant_id = {} AND id = {}",
            self.tenant, self.id
        )
    }

    /// Its version now.
    pub async fn version(&self, town: &Town) -> i32 {
        self.column(town, "version").await
    }

    /// Its status now.
    pub async fn status(&self, town: &Town) -> String {
        self.column(town, "status").await
    }

    /// One column of it, as the superuser sees it.
    pub async fn column<T>(&self, town: &Town, column: &str) -> T
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        let id = self.id;
        town.world()
            .make(&format!(
                "SELECT {column} FROM app.application WHERE id = {id}"
            ))
            .await
    }

    /// How many rows of `table` (with `application_id`) hang on it.
    pub async fn count(&self, town: &Town, table: &str, condition: &str) -> i64 {
        let id = self.id;
        town.world()
            .make(&format!(
                "SELECT count(*) FROM app.{table} WHERE application_id = {id} AND ({condition})"
            ))
            .await
    }
}

/// What the form of an application asks, answered.
#[must_use]
pub fn choice() -> Choice {
    Choice {
        category: Category::First,
        procedure: Procedure::General,
        ground: None,
        form: Form::InPerson,
        presence: false,
    }
}

/// What a document of results says of itself.
pub const RESULTS: Said<'static> = Said {
    kind: "results_table",
    caption: "Результаты",
    criterion: "",
};

/// A file as if it had been received; its bytes are nowhere.
#[must_use]
pub fn received(name: &str) -> Received {
    Received {
        key: format!("t/test/{}", Uuid::now_v7()),
        name: name.to_owned(),
        kind: Kind::Pdf,
        content_type: "application/pdf",
        size: 1,
        sha256: [1; 32],
        active: false,
        upload: None,
    }
}
