//! «Моей организации нет в списке»: the municipal coordinator settles what a teacher asked
//! for (R-ORG-2).

use db::{events, organisation_requests as requests, organisations, reference};
use domain::{act::acts, actor::Actor, value::Line};
use uuid::Uuid;

pub use db::organisation_requests::Request;

use crate::{
    App, Error, Result,
    invitations::Choice,
    organisations::{Item, kind, name, reachable, taken},
};

/// How a request is settled, as typed.
#[derive(Clone, Debug)]
pub enum Settlement {
    /// The organisation is added, named and typed so.
    Add {
        /// Its name.
        name: String,
        /// Its type's code.
        kind: String,
    },
    /// The organisation is in the list already.
    Use {
        /// Its public id.
        organisation: String,
    },
    /// There is no such organisation here.
    Decline {
        /// What the teacher is told.
        answer: String,
    },
}

/// A request with what it can be settled by.
#[derive(Clone, Debug)]
pub struct Settling {
    /// The request.
    pub request: Request,
    /// The types an organisation can have.
    pub types: Vec<Item>,
    /// The organisations of the municipality.
    pub organisations: Vec<Choice>,
}

const SETTLED: &str = "Запрос уже рассмотрен.";

/// The greatest length of an answer.
const MAX_ANSWER: usize = 500;

impl App {
    /// The oldest open requests of the actor's municipality.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn organisation_requests(&self, actor: &Actor) -> Result<Vec<Request>> {
        let mut tx = self.db.enter::<acts::AddOrganisation>(actor).await?;
        Ok(requests::open(&mut tx).await?)
    }

    /// An open request and what it can be settled by.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Illegal`] once it is settled.
    pub async fn organisation_request(&self, actor: &Actor, id: Uuid) -> Result<Settling> {
        let mut tx = self.db.enter::<acts::AddOrganisation>(actor).await?;
        let request = requests::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
        if !request.open {
            return Err(Error::Illegal(SETTLED.to_owned()));
        }
        let types = reference::organisation_types(&mut tx).await?;
        let tenant = domain::actor::TenantId(request.tenant);
        let organisations = organisations::choices(&mut tx, tenant).await?;
        Ok(Settling {
            request,
            types,
            organisations,
        })
    }

    /// Settles a request. With an organisation it becomes the teacher's place of work.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Stale`] by `version`, [`Error::Illegal`] once it is
    /// settled, [`Error::Invalid`].
    pub async fn settle_organisation_request(
        &self,
        actor: &Actor,
        id: Uuid,
        version: i32,
        settlement: &Settlement,
    ) -> Result<()> {
        let mut tx = self.db.enter::<acts::AddOrganisation>(actor).await?;
        let row = requests::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
        let permit = tx.may(row).await?;
        if !permit.open {
            return Err(Error::Illegal(SETTLED.to_owned()));
        }
        if permit.version != version {
            return Err(Error::Stale);
        }
        let mut faults = Vec::new();
        let organisation = match settlement {
            Settlement::Add {
                name: named,
                kind: typed,
            } => {
                let named = name(named, &mut faults);
                let typed = kind(&mut tx, typed, &mut faults).await?;
                let (Some(named), Some(typed)) = (named, typed) else {
                    return Err(Error::Invalid(faults));
                };
                let added = organisations::add(&mut tx, &permit, &named, &typed, None);
                Some(added.await.map_err(taken)?)
            }
            Settlement::Use { organisation } => {
                let missing = || Error::field("organisation", "Выберите организацию");
                let id = Uuid::parse_str(organisation).map_err(|_| missing())?;
                let found = reachable(&mut tx, id).await.map_err(|error| match error {
                    Error::NotFound => missing(),
                    error => error,
                })?;
                Some(found.id)
            }
            Settlement::Decline { answer } => {
                let answer = Line::parse(answer, MAX_ANSWER)
                    .map_err(|fault| Error::field("answer", fault.to_string()))?;
                requests::decline(&mut tx, &permit, answer.as_str()).await?;
                None
            }
        };
        if let Some(organisation) = organisation {
            requests::settle(&mut tx, &permit, organisation).await?;
        }
        events::audit(&mut tx, Some(permit.id)).await?;
        Ok(tx.commit().await?)
    }
}
