//! «Отключить» in the lists of people: what the coordinator's, the operator's and the
//! administrator's pages share of ending somebody's cabinet (08 §8.2).

use maud::Markup;
use ui::{ActionButton, ButtonStyle};
use uuid::Uuid;

/// The notice after it.
pub const ENDED: &str = "Пользователь отключён от этого кабинета";

/// The button of a row; `base` is the address of the list. Nothing without a version: the
/// person may not end this one.
pub fn button(base: &str, csrf: &str, id: Uuid, version: Option<i32>) -> Markup {
    version.map_or_else(Markup::default, |version| {
        ui::action_button(ActionButton {
            action: &format!("{base}/{id}/end"),
            csrf,
            label: "Отключить",
            style: ButtonStyle::LinkWarning,
            values: &[("version", &version.to_string())],
        })
    })
}
