//! Municipalities and the people in them: made by the superuser, acting under their own roles.

use std::ops::Deref;

use domain::{
    actor::{AccountId, Actor, TenantId},
    role::Role,
};
use uuid::Uuid;

use crate::{
    sql::{Login, Session},
    world::{Account, World, unique},
};

/// A municipality: the tenant of one test.
#[derive(Clone)]
pub struct Town {
    pub(crate) world: World,
    /// The tenant's number.
    pub id: i32,
    /// The part of `/m/{slug}/login`.
    pub slug: String,
    /// The name.
    pub name: String,
}

impl Town {
    /// The world it lies in.
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// The id in addresses and forms.
    pub async fn public_id(&self) -> Uuid {
        self.world
            .make(&format!(
                "SELECT public_id FROM app.municipality WHERE id = {}",
                self.id
            ))
            .await
    }

    /// Closes its cabinets, as an administrator does.
    pub async fn suspend(&self) {
        let (by, id, version) = self.kept().await;
        let by = app::municipalities::By::Person(&by);
        let app = self.world.app();
        app.suspend_municipality(by, id, version).await.unwrap();
    }

    /// Opens them again.
    pub async fn resume(&self) {
        let (by, id, version) = self.kept().await;
        let by = app::municipalities::By::Person(&by);
        let app = self.world.app();
        app.resume_municipality(by, id, version).await.unwrap();
    }

    async fn kept(&self) -> (Actor, Uuid, i32) {
        let version = self
            .world
            .make(&format!(
                "SELECT version FROM app.municipality WHERE id = {}",
                self.id
            ))
            .await;
        let admin = self.world.admin().await;
        (admin.actor, self.public_id().await, version)
    }

    /// A new organisation of this founder kind (`municipal`, `regional`, `industry`, `private`).
    pub async fn organisation(&self, founder_kind: &str) -> i64 {
        let name = unique("Школа ");
        self.world
            .make(&format!(
                "INSERT INTO app.organisation (tenant_id, public_id, type, founder_kind, name) \
                 VALUES ({}, '{}', 'obshchee', '{founder_kind}', '{name}') RETURNING id",
                self.id,
                Uuid::now_v7()
            ))
            .await
    }

    /// A new teacher of a new municipal school.
    pub async fn teacher(&self) -> Person {
        let organisation = self.organisation("municipal").await;
        self.teacher_of(organisation).await
    }

    /// A new teacher of this organisation.
    pub async fn teacher_of(&self, organisation: i64) -> Person {
        self.person(Role::Teacher, Some(organisation)).await
    }

    /// A new municipal coordinator.
    pub async fn coordinator(&self) -> Person {
        self.person(Role::Municipal, None).await
    }

    /// A new school coordinator of this organisation.
    pub async fn school(&self, organisation: i64) -> Person {
        self.person(Role::School, Some(organisation)).await
    }

    /// A new expert.
    pub async fn expert(&self) -> Person {
        self.person(Role::Expert, None).await
    }

    async fn person(&self, role: Role, organisation: Option<i64>) -> Person {
        let account = self.world.account().await;
        self.join(account, role, organisation).await
    }

    /// A second cabinet of somebody who has an account (R-ACC-1).
    pub async fn also(&self, person: &Person, role: Role, organisation: Option<i64>) -> Person {
        let account = Account {
            id: person.actor.account.0,
            login: person.login.clone(),
        };
        self.join(account, role, organisation).await
    }

    async fn join(&self, account: Account, role: Role, organisation: Option<i64>) -> Person {
        let membership = self
            .world
            .make(&format!(
                "INSERT INTO app.membership (tenant_id, public_id, account_id, role, organisation_id, surname, name, \
                 patronymic, phone, position) VALUES ({}, '{}', {}, '{}', {}, 'Иванова', 'Мария', 'Сергеевна', \
                 '+79130000000', 'uchitel') RETURNING id",
                self.id,
                Uuid::now_v7(),
                account.id,
                role.code(),
                organisation.map_or("NULL".to_owned(), |id| id.to_string()),
            ))
            .await;
        Person::new(
            &self.world,
            account,
            role,
            membership,
            Some(self.id),
            organisation,
        )
    }
}

/// A person in one cabinet.
#[derive(Clone)]
pub struct Person {
    world: World,
    /// Who acts: what the verbs are told.
    pub actor: Actor,
    /// The login.
    pub login: String,
}

impl Deref for Person {
    type Target = Actor;
    fn deref(&self) -> &Actor {
        &self.actor
    }
}

impl Person {
    pub(crate) fn new(
        world: &World,
        account: Account,
        role: Role,
        membership: i64,
        tenant: Option<i32>,
        organisation: Option<i64>,
    ) -> Self {
        Self {
            world: world.clone(),
            actor: Actor {
                account: AccountId(account.id),
                epoch: 1,
                role,
                membership,
                tenant: tenant.map(TenantId),
                organisation,
                request: Uuid::now_v7(),
            },
            login: account.login,
        }
    }

    /// Gives the account [`PASSWORD`] and the consents without which no cabinet opens.
    pub async fn ready_to_sign_in(&self) {
        let account = self.account.0;
        let phc = self.world.password_hash().await;
        let _: i64 = self
            .world
            .make(&format!(
                "WITH set AS (UPDATE app.account SET password_phc = '{phc}' WHERE id = {account}), \
                 given AS (INSERT INTO app.consent (account_id, kind, text_version) \
                   SELECT {account}, kind, max(version) FROM app.ref_consent_text GROUP BY kind) SELECT 1::bigint"
            ))
            .await;
    }

    /// Takes back the letters of new devices.
    pub(crate) async fn forget_news_of_devices(&self) {
        let _: i64 = self
            .world
            .make(&format!(
                "WITH gone AS (DELETE FROM app.account_letter WHERE account_id = {} AND kind = 'new_device') SELECT 1::bigint",
                self.account.0
            ))
            .await;
    }

    /// The person without a cabinet: signed in, none chosen yet.
    #[must_use]
    pub const fn as_person(&self) -> app::accounts::Person {
        app::accounts::Person {
            account: self.actor.account,
            epoch: self.actor.epoch,
            request: self.actor.request,
        }
    }

    /// Raw SQL as the login of this person's role, in its context.
    pub async fn sql(&self) -> Session {
        let mut session = self.world.login(Login::of(self.actor.role)).await;
        session
            .act_as(&self.actor, &self.world.now().to_rfc3339())
            .await;
        session
    }

    /// Raw SQL as this person having entered a municipality: an operator's or an expert's way.
    pub async fn sql_in(&self, town: &Town) -> Session {
        let mut session = self.sql().await;
        session.set("tenant", &town.id.to_string()).await;
        session
    }
}
