//! The municipality's schedule as coordinators and operators see it: its state, its signed scan,
//! and `/schedules/signed/{id}`, the scan itself (R-SCH-5).

use app::municipal_schedules::MunicipalSchedule;
use axum::{Router, extract::State, response::Response, routing};
use domain::{act::Act, calendar::Zone};
use maud::{Markup, html};
use ui::{Tone, ru};

use crate::{
    Web, checked,
    download::download,
    error::{Error, Result},
    id::Id,
    scan::told,
    visit::Person,
};

/// The pages of this file.
pub fn router() -> Router<Web> {
    Router::new().route("/schedules/signed/{id}", routing::get(get))
}

// The id is read last: what is another role's business is 403 whatever stands in its place.
async fn get(at: Person, State(web): State<Web>, id: Result<Id>) -> Result<Response> {
    let actor = at.actor()?;
    if !web.app.ever(actor.role, Act::ReadSchedule) {
        return Err(Error::Forbidden);
    }
    let Id(id) = id?;
    let (name, file) = web.app.open_signed_schedule(&actor, id).await?;
    Ok(download(&name, file))
}

/// The state in a word.
#[must_use]
pub fn state(schedule: &MunicipalSchedule) -> Markup {
    if schedule.is_agreed() {
        ui::tag(Tone::Green, "согласован")
    } else {
        ui::tag(Tone::Blue, "предварительный")
    }
}

/// The signed scan, and whether it is of rows that have changed since.
#[must_use]
pub fn signed(schedule: &MunicipalSchedule, zone: Zone) -> Markup {
    let Some(signed) = &schedule.signed else {
        return html! { "—" };
    };
    html! {
        (checked::link(
            signed.state,
            &format!("/schedules/signed/{}", signed.public_id),
            &format!("Подписан {}", ru::date_short(zone.date_of(signed.at))),
        ))
        " " (checked::mark(signed.state, false))
        @if !signed.agreed { " (график с тех пор изменён)" }
        @else { " " (told(Some(&signed.reading))) }
    }
}
