//! An application brought to a state under the real roles: every step is a statement of the
//! person who may do it, so the fixtures obey the same policies and triggers as the product.

use uuid::Uuid;

use crate::world::{Person, Town};

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
        let mut sql = teacher.sql().await;
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
        let mut sql = teacher.sql().await;
        for step in [
            "status = 'formed', edition = 1, formed_at = app.ctx_now(), position = 'uchitel', \
             surname = 'Иванова', name = 'Мария', patronymic = 'Сергеевна'",
            "status = 'under_review'",
        ] {
            let rows = sql.run(&application.update(step)).await;
            assert_eq!(rows, Ok(1), "{step}");
        }
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
