//! Cards (карточка педагога), one per post: read and written by their owner alone; everybody
//! else reads the snapshot an application was formed with (01 §1.3).
//!
//! The first card of a membership is the post the profile names: its organisation and position
//! are the membership's, whatever the card once held. Further cards have their own. Reading and
//! writing stand in `cards/…`.

mod filling;
mod row;

use chrono::NaiveDate;
use domain::{
    actor::{Actor, TenantId},
    permission::{Relation, Relations},
};
use uuid::Uuid;

use crate::{
    error::Result,
    scope::{Related, Scope},
};

pub use filling::{Filled, add, fill};
pub use row::own;

/// A card with the profile it belongs to. Text columns are empty while nothing is known.
#[derive(Clone, Debug)]
pub struct Card {
    /// The municipality.
    pub tenant: i32,
    /// The number inside.
    pub id: i64,
    /// The id in addresses.
    pub public_id: Uuid,
    /// Whose it is.
    pub account: i64,
    /// The membership it belongs to.
    pub membership: i64,
    /// Whether it is the post the profile names.
    pub first: bool,
    /// The card's version.
    pub version: i32,
    /// The profile's version: ФИО and phone belong to it.
    pub profile_version: i32,
    /// The surname in the nominative.
    pub surname: String,
    /// The given name.
    pub name: String,
    /// The patronymic.
    pub patronymic: String,
    /// The phone as kept.
    pub phone: String,
    /// The municipality's name.
    pub municipality: String,
    /// The organisation.
    pub organisation: Option<i64>,
    /// The organisation's id in forms.
    pub organisation_public: Option<Uuid>,
    /// The organisation's name.
    pub organisation_name: String,
    /// The organisation's type by name.
    pub organisation_type: String,
    /// The code of that type; empty without an organisation.
    pub organisation_type_code: String,
    /// The position's code.
    pub position: String,
    /// The position's name.
    pub position_name: String,
    /// The subject's code.
    pub subject: String,
    /// The subject's name.
    pub subject_name: String,
    /// Surname, name and patronymic in the genitive, as confirmed.
    pub genitive: [String; 3],
    /// The same in the dative.
    pub dative: [String; 3],
    /// Full years.
    pub age: Option<i32>,
    /// Education.
    pub education: String,
    /// Service in years: in all, pedagogical, in the post.
    pub service: [Option<i32>; 3],
    /// The category held: «», «first», «highest».
    pub held_category: String,
    /// Who issued the order.
    pub held_issuer: String,
    /// The order's date.
    pub held_date: Option<NaiveDate>,
    /// The order's number.
    pub held_number: String,
    /// The end of the term.
    pub held_until: Option<NaiveDate>,
}

impl Related for Card {
    fn relations(&self, actor: &Actor) -> Relations {
        Relations::NONE.when(self.account == actor.account.0, Relation::Own)
    }

    fn tenant(&self) -> TenantId {
        TenantId(self.tenant)
    }

    fn object(&self) -> Option<i64> {
        Some(self.id)
    }
}

/// The own profile a new card is added to.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The municipality.
    pub tenant: i32,
    /// The membership.
    pub membership: i64,
    /// The account.
    pub account: i64,
}

impl Related for Profile {
    fn relations(&self, actor: &Actor) -> Relations {
        Relations::NONE.when(self.account == actor.account.0, Relation::Own)
    }

    fn tenant(&self) -> TenantId {
        TenantId(self.tenant)
    }
}

/// The own profile, if the cabinet in use is a teacher's; locked, so that two tabs do not add
/// the same first card twice.
///
/// # Errors
/// If the database does not answer.
pub async fn profile(scope: &mut Scope) -> Result<Option<Profile>> {
    let membership = scope.who().map_or(0, |actor| actor.membership);
    Ok(sqlx::query_as!(
        Profile,
        "SELECT tenant_id AS tenant, id AS membership, account_id AS account FROM app.membership
         WHERE account_id = $1 AND id = $2 AND role = 'teacher' FOR UPDATE",
        scope.account(),
        membership,
    )
    .fetch_optional(scope.connection())
    .await?)
}

/// An organisation a further post can be in.
#[derive(Clone, Debug)]
pub struct Workplace {
    /// The number inside.
    pub id: i64,
    /// The id in forms.
    pub public_id: Uuid,
    /// The name.
    pub name: String,
}

/// The organisations of the municipality of the context, by name.
///
/// # Errors
/// If the database does not answer.
pub async fn workplaces(scope: &mut Scope) -> Result<Vec<Workplace>> {
    let tenant = scope.tenant().map(|tenant| tenant.0);
    Ok(sqlx::query_as!(
        Workplace,
        "SELECT id, public_id, name FROM app.organisation WHERE tenant_id = $1 AND ended_at IS NULL ORDER BY name",
        tenant
    )
    .fetch_all(scope.connection())
    .await?)
}

/// The e-mail of the account in the context; empty while it has none.
///
/// # Errors
/// If the database does not answer.
pub async fn email(scope: &mut Scope) -> Result<String> {
    Ok(
        sqlx::query_scalar!(r#"SELECT email AS "email!" FROM app.my_account()"#)
            .fetch_optional(scope.connection())
            .await?
            .unwrap_or_default(),
    )
}
