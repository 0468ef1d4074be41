//! «Что делать, если пользователь забыл логин или пароль?» (R-ACC-5): who answers for a person
//! starts a reset or corrects a mistyped address. The link goes to the person; nobody else sees it.

use std::collections::HashSet;

use db::{
    access::{self, CORRECTED_LATELY, ELSEWHERE, OfAccount, WITHOUT_ADDRESS, WITHOUT_FACTOR},
    accounts::{
        institute,
        tokens::{NewToken, TokenKind},
    },
    events,
    memberships::ending,
    people,
};
use domain::{
    act::{Act, acts},
    actor::Actor,
    audit::Deed,
    role::Role,
    value::Email,
};
use uuid::Uuid;

use crate::{
    App, Error, Result,
    accounts::{email, password},
    links::{self, LinkKind},
};

const ASK_OPERATOR: &str = "Обратитесь к оператору: у этого человека есть кабинет не в вашем муниципалитете или не из тех, за которые вы отвечаете.";
const ASK_ADMIN: &str = "Обратитесь к администратору: этот человек работает в Центре.";
const NOT_BY_ADMIN: &str =
    "Администраторам доступ восстанавливают на сервере, себе — по ссылке «Забыли пароль?».";
const NO_ADDRESS: &str = "У этого человека нет адреса электронной почты: сначала исправьте e-mail.";

/// What is said where there is no second factor to take off.
pub(crate) const NO_FACTOR: &str = "Второй фактор у этой учётной записи не включён.";

/// Somebody to be helped.
#[derive(Clone, Debug)]
pub struct Helped {
    /// ФИО; empty until the profile is filled in.
    pub full_name: String,
    /// The login.
    pub login: String,
    /// The e-mail; empty if there is none.
    pub email: String,
}

/// What is done for a person.
enum Help<'a> {
    /// A link to set a new password.
    Reset,
    /// A link to confirm another address.
    Correct(&'a str),
    /// No second factor any more.
    ResetFactor,
}

impl Help<'_> {
    const fn deed(&self) -> Deed {
        match self {
            Self::Reset => Deed::StartReset,
            Self::Correct(_) => Deed::CorrectEmail,
            Self::ResetFactor => Deed::ResetFactor,
        }
    }
}

impl App {
    /// Those of these people, by the ids of their cabinets, whom the actor may help.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn helpable(&self, actor: &Actor, ids: &[Uuid]) -> Result<HashSet<Uuid>> {
        let mut tx = self.db.enter::<acts::ResetPerson>(actor).await?;
        let mut people: Vec<(Uuid, i64)> = Vec::new();
        if actor.role == Role::Admin {
            let members = institute::list(&mut tx).await?;
            people.extend(members.iter().map(|it| (it.public_id, it.account)));
        } else {
            let cabinets = ending::among(&mut tx, ids).await?;
            let may = |cabinet: &&ending::Cabinet| tx.could(Act::ResetPerson, *cabinet);
            let cabinets = cabinets.iter().filter(may);
            people.extend(cabinets.map(|it| (it.public_id, it.account)));
        }
        let accounts: Vec<i64> = people.iter().map(|(_, account)| *account).collect();
        let helpable = access::helpable(&mut tx, &accounts).await?;
        people.retain(|(_, account)| helpable.contains(account));
        Ok(people.into_iter().map(|(id, _)| id).collect())
    }

    /// The person whose address is to be corrected.
    ///
    /// # Errors
    /// As [`App::start_reset`].
    pub async fn helped(&self, actor: &Actor, id: Uuid) -> Result<Helped> {
        let mut tx = self.db.enter::<acts::ResetPerson>(actor).await?;
        let (account, person) = if actor.role == Role::Admin {
            let members = institute::list(&mut tx).await?;
            let member = members.into_iter().find(|member| member.public_id == id);
            let found = institute::may(&mut tx, member.ok_or(Error::NotFound)?).await?;
            let person = Helped {
                full_name: found.full_name.clone(),
                login: found.login.clone(),
                email: found.email.clone(),
            };
            (found.account, Some(person))
        } else {
            let cabinet = ending::among(&mut tx, &[id]).await?.pop();
            let cabinet = tx.may(cabinet.ok_or(Error::NotFound)?).await?;
            let found = people::by_id(&mut tx, cabinet.id).await?;
            let person = found.map(|person| Helped {
                full_name: person.full_name,
                login: person.login,
                email: person.email,
            });
            (cabinet.account, person)
        };
        if access::helpable(&mut tx, &[account]).await?.is_empty() {
            return Err(Error::Illegal(not_ones_own(actor.role).to_owned()));
        }
        person.ok_or(Error::NotFound)
    }

    /// Sends a person the link for a new password.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Illegal`] for somebody the actor does
    /// not answer for, without an address, or, of a coordinator, whose address was corrected
    /// within a day.
    pub async fn start_reset(&self, actor: &Actor, id: Uuid) -> Result<()> {
        self.help(actor, id, &Help::Reset).await
    }

    /// Corrects a mistyped address: it takes effect by the link sent to it, the former one is told.
    ///
    /// # Errors
    /// As [`App::start_reset`]; [`Error::Invalid`] for what is no address.
    pub async fn correct_email(&self, actor: &Actor, id: Uuid, typed: &str) -> Result<()> {
        let email =
            Email::parse(typed).map_err(|fault| Error::field("email", fault.to_string()))?;
        self.help(actor, id, &Help::Correct(email.as_str())).await
    }

    /// Takes a lost second factor off a person of a municipality, or, by an administrator, off an
    /// operator: its sessions end, and it is told by letter.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Illegal`] for somebody the actor does
    /// not answer for, and where there is none.
    pub async fn reset_factor(&self, actor: &Actor, id: Uuid) -> Result<()> {
        self.help(actor, id, &Help::ResetFactor).await
    }

    async fn help(&self, actor: &Actor, id: Uuid, help: &Help<'_>) -> Result<()> {
        let mut tx = self.db.enter::<acts::ResetPerson>(actor).await?;
        let person = if actor.role == Role::Admin {
            let members = institute::list(&mut tx).await?;
            let member = members.into_iter().find(|member| member.public_id == id);
            let permit = institute::may(&mut tx, member.ok_or(Error::NotFound)?).await?;
            self.give(actor, &mut tx, &permit, help).await?;
            permit.id
        } else {
            let cabinet = ending::among(&mut tx, &[id]).await?.pop();
            let permit = tx.may(cabinet.ok_or(Error::NotFound)?).await?;
            self.give(actor, &mut tx, &permit, help).await?;
            permit.id
        };
        events::audit_deed(&mut tx, help.deed(), Some(person)).await?;
        Ok(tx.commit().await?)
    }

    async fn give<R: OfAccount>(
        &self,
        actor: &Actor,
        tx: &mut db::Tx<acts::ResetPerson>,
        permit: &db::Permit<acts::ResetPerson, R>,
        help: &Help<'_>,
    ) -> Result<()> {
        let (kind, link, life, new_email) = match help {
            Help::Reset => (
                TokenKind::Password,
                LinkKind::Password,
                password::LIFE,
                None,
            ),
            Help::Correct(new) => (TokenKind::Email, LinkKind::Email, email::LIFE, Some(*new)),
            Help::ResetFactor => {
                return access::reset_factor(tx, permit)
                    .await
                    .map_err(|error| refusal(actor.role, error));
            }
        };
        let public_id = Uuid::new_v4();
        let sha256 = links::hash(&self.links.account_token(link, public_id));
        let expires_at = tx.now() + life;
        let lately = access::no_reset_until(tx, permit).await?;
        let link = NewToken {
            public_id,
            kind,
            sha256: &sha256,
            new_email,
            expires_at,
        };
        access::help(tx, permit, link).await.map_err(|error| {
            match lately.filter(|_| error.is_constraint(CORRECTED_LATELY)) {
                Some(until) => {
                    Error::Illegal(format!("Сброс возможен после {}", self.moment(until)))
                }
                None => refusal(actor.role, error),
            }
        })
    }
}

/// Whom to ask about somebody this role does not answer for.
const fn not_ones_own(role: Role) -> &'static str {
    match role {
        Role::Admin => NOT_BY_ADMIN,
        Role::Operator => ASK_ADMIN,
        _ => ASK_OPERATOR,
    }
}

/// What is told to an actor of this role whom the database function refused.
fn refusal(role: Role, error: db::Error) -> Error {
    let words = if error.is_constraint(ELSEWHERE) {
        not_ones_own(role)
    } else if error.is_constraint(WITHOUT_ADDRESS) {
        NO_ADDRESS
    } else if error.is_constraint(WITHOUT_FACTOR) {
        NO_FACTOR
    } else {
        return error.into();
    };
    Error::Illegal(words.to_owned())
}
