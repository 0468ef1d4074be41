//! The card (карточка педагога), as it is copied into an application when that is formed
//! (R-APP-1): the snapshot others than its owner read. E-mail and phone stay live and are
//! not in it. Typing and storing the card is above.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    name::FullName,
    reference::{Category, Code},
};

/// The category held now or formerly, with the order that set it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldCategory {
    /// First or highest.
    pub category: Category,
    /// Who issued the order.
    pub issuer: String,
    /// The order's date.
    pub date: NaiveDate,
    /// The order's number, text such as «173К».
    pub number: String,
    /// The end of its term; categories set since 01.09.2023 have none.
    pub until: Option<NaiveDate>,
}

/// A card copied at forming, complete by its type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// ФИО in the nominative.
    pub name: FullName,
    /// In the genitive, as the person confirmed it: the header of the application.
    pub genitive: FullName,
    /// In the dative, as the person confirmed it: the order.
    pub dative: FullName,
    /// Full years.
    pub age: u8,
    /// The post: its code and the name it had then.
    pub position: Code,
    /// The post's name.
    pub position_name: String,
    /// The subject taught, where the post has one.
    pub subject: Option<String>,
    /// The municipality's name.
    pub municipality: String,
    /// The organisation's name.
    pub organisation: String,
    /// The organisation's type, by name.
    pub organisation_type: String,
    /// Education; a ruled line is printed where it is left empty.
    pub education: Option<String>,
    /// Length of service in years: in all, as a teacher, in the post.
    pub service: [u8; 3],
    /// The category held now or formerly.
    pub held: Option<HeldCategory>,
}
