//! Mistakes put right by an operator after registration (R-APP-10): «Аннулировать регистрацию»
//! and «Исправить данные». A decision is superseded by an order: see [`crate::orders`].

use db::{
    Permit, Tx,
    applications::Application,
    corrections, events,
    journal::{self, Became},
    letters,
    reference::{self, Item},
};
use domain::{
    act::{Act, Doing, acts},
    actor::Actor,
    correction::Data,
    letter::LetterKind,
    life::{PeriodMark, legal},
    name::{FullName, NameFaults},
    reference::Code,
    routing::Route,
    value::Line,
    words,
};
use uuid::Uuid;

use crate::{App, Error, FieldFault, Result, publications};

/// The longest reason, in characters.
pub const REASON: usize = 500;

/// The acts that take the case out of one's hands: who was quicker is told.
const MOVES: &[Act] = &[
    Act::Annul,
    Act::Correct,
    Act::AcceptWithdrawal,
    Act::Decide,
    Act::Supersede,
];

/// What the page «Исправить данные» shows.
#[derive(Clone, Debug)]
pub struct CorrectionDesk {
    /// The application.
    pub application: Application,
    /// Its data as they stand.
    pub data: Data,
    /// The posts to choose from, its own among them.
    pub positions: Vec<Item>,
}

/// Data as typed: ФИО in the nominative, genitive and dative, each in its three parts.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// Фамилия, имя, отчество; in the genitive; in the dative.
    pub names: [[String; 3]; 3],
    /// The post's code.
    pub position: String,
    /// Why.
    pub reason: String,
}

/// The names of the fields, in the order of [`Typed::names`].
pub const NAMES: [[&str; 3]; 3] = [
    ["surname", "name", "patronymic"],
    ["surname_gen", "name_gen", "patronymic_gen"],
    ["surname_dat", "name_dat", "patronymic_dat"],
];

impl App {
    /// Annuls a registration: the application is rejected for the reason typed, leaves the
    /// schedule, and the journal has a line about it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Illegal`], [`Error::Stale`],
    /// [`Error::Invalid`] for `reason`.
    pub async fn annul(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        reason: &str,
    ) -> Result<()> {
        let (mut tx, permit) = self
            .correcting::<acts::Annul>(actor, application, Some(version))
            .await?;
        let reason = self::reason(reason).map_err(|fault| Error::Invalid(vec![fault]))?;
        let rejection = words::rejection(&[], reason.as_str());
        let experts = corrections::annul(&mut tx, &permit, &rejection).await?;
        events::record(
            &mut tx,
            &permit,
            &format!("Регистрация аннулирована{rejection}"),
        )
        .await?;
        letters::queue(&mut tx, &permit, LetterKind::Annulled, permit.account).await?;
        if permit.route == Some(Route::Municipal) {
            for coordinator in letters::coordinators(&mut tx).await? {
                letters::queue(&mut tx, &permit, LetterKind::Annulled, coordinator).await?;
            }
        }
        for expert in experts {
            letters::queue(&mut tx, &permit, LetterKind::Unassigned, expert).await?;
        }
        // The journal comes last: its counter is locked until the commit (R-APP-5).
        journal::correct(&mut tx, &permit, Became::Annulled).await?;
        let had_period = permit.row.period.is_some();
        tx.commit().await?;
        // It may have been the last one its period waited for.
        if had_period {
            self.complete_periods::<acts::Annul>(actor).await?;
        }
        Ok(())
    }

    /// What «Исправить данные» shows.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Illegal`].
    pub async fn correction(&self, actor: &Actor, application: Uuid) -> Result<CorrectionDesk> {
        let (mut tx, permit) = self
            .correcting::<acts::Correct>(actor, application, None)
            .await?;
        let data = data(&permit)?;
        let positions = positions(&mut tx, &data).await?;
        Ok(CorrectionDesk {
            data,
            positions,
            application: permit.into_row(),
        })
    }

    /// Corrects ФИО or the post. Old and new are kept, the journal has a line with the new ones.
    ///
    /// # Errors
    /// As [`App::annul`]; [`Error::Invalid`] names every field of [`NAMES`], `position`,
    /// `reason`, and nothing where nothing differs.
    pub async fn correct(
        &self,
        actor: &Actor,
        application: Uuid,
        version: i32,
        typed: &Typed,
    ) -> Result<()> {
        let (mut tx, permit) = self
            .correcting::<acts::Correct>(actor, application, Some(version))
            .await?;
        let former = data(&permit)?;
        let positions = positions(&mut tx, &former).await?;
        let (present, reason) = parse(typed, &positions)?;
        let differing = present.differing(&former);
        if differing.is_empty() {
            return Err(Error::field("", "Вы ничего не изменили"));
        }
        corrections::correct(&mut tx, &permit, &present, &reason).await?;
        let words = format!(
            "Данные исправлены: {}. Основание: {reason}",
            differing.join(", ")
        );
        events::record(&mut tx, &permit, &words).await?;
        letters::queue(&mut tx, &permit, LetterKind::Corrected, permit.account).await?;
        if permit.row.mark == PeriodMark::Approved
            && let Some(period) = permit.row.period
        {
            publications::schedule::publish(&mut tx, period).await?;
        }
        // The journal comes last: its counter is locked until the commit (R-APP-5).
        journal::correct(&mut tx, &permit, Became::Corrected).await?;
        Ok(tx.commit().await?)
    }

    /// Enters to do `A`, if it is legal now and, where one is given, the version is the one shown.
    async fn correcting<A: Doing>(
        &self,
        actor: &Actor,
        application: Uuid,
        version: Option<i32>,
    ) -> Result<(Tx<A>, Permit<A, Application>)> {
        let (mut tx, permit) = self.enter_case::<A>(actor, application).await?;
        legal(A::ACT, actor.role, &permit.case())
            .map_err(|refusal| Error::refused(A::ACT, refusal))?;
        if version.is_some_and(|version| version != permit.version) {
            return Err(self.stale(&mut tx, &permit, MOVES).await?);
        }
        Ok((tx, permit))
    }
}

fn data(application: &Application) -> Result<Data> {
    let snapshot = application.snapshot.as_ref().ok_or(Error::NotFound)?;
    Ok(Data::of(snapshot))
}

/// The posts one may be attested in, and the one that stands there, which may be retired.
async fn positions(tx: &mut Tx<acts::Correct>, data: &Data) -> Result<Vec<Item>> {
    let mut positions = reference::positions(tx, true).await?;
    if !positions
        .iter()
        .any(|position| position.code == data.position.as_str())
    {
        positions.push(Item {
            code: data.position.to_string(),
            name: data.position_name.clone(),
        });
    }
    Ok(positions)
}

fn reason(typed: &str) -> Result<Line, FieldFault> {
    Line::parse(typed, REASON).map_err(|fault| FieldFault::new("reason", fault.to_string()))
}

fn parse(typed: &Typed, positions: &[Item]) -> Result<(Data, Line)> {
    let mut faults = Vec::new();
    let mut names = typed
        .names
        .iter()
        .zip(NAMES)
        .map(|([surname, name, patronymic], fields)| {
            FullName::parse(surname, name, patronymic)
                .map_err(|wrong| faults.extend(faults_of(wrong, fields)))
                .ok()
        });
    let names = [names.next(), names.next(), names.next()].map(Option::flatten);
    let position = positions
        .iter()
        .find(|position| position.code == typed.position)
        .and_then(|position| Some((Code::parse(&position.code).ok()?, position.name.clone())));
    if position.is_none() {
        faults.push(FieldFault::new("position", "Выберите должность из списка"));
    }
    let reason = reason(&typed.reason)
        .map_err(|fault| faults.push(fault))
        .ok();
    match (names, position, reason) {
        (
            [Some(name), Some(genitive), Some(dative)],
            Some((position, position_name)),
            Some(reason),
        ) => Ok((
            Data {
                name,
                genitive,
                dative,
                position,
                position_name,
            },
            reason,
        )),
        _ => Err(Error::Invalid(faults)),
    }
}

fn faults_of(wrong: NameFaults, fields: [&'static str; 3]) -> impl Iterator<Item = FieldFault> {
    fields
        .into_iter()
        .zip([wrong.surname, wrong.name, wrong.patronymic])
        .filter_map(|(field, fault)| Some(FieldFault::new(field, fault?.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_app_10_every_fault_of_a_correction_is_told_at_once() {
        let positions = [Item {
            code: "teacher".into(),
            name: "учитель".into(),
        }];
        let name = ["Иванова", "Мария", ""].map(str::to_owned);
        let typed = Typed {
            names: [name.clone(), name.clone(), name],
            position: "teacher".into(),
            reason: "Опечатка".into(),
        };
        let (data, reason) = parse(&typed, &positions).unwrap();
        assert_eq!(
            (data.position_name.as_str(), reason.as_str()),
            ("учитель", "Опечатка")
        );
        let wrong = Typed {
            names: [
                ["", "Мария", ""].map(str::to_owned),
                ["Ивановой", "", ""].map(str::to_owned),
                ["X", "Марии", "1"].map(str::to_owned),
            ],
            position: "king".into(),
            reason: " ".into(),
        };
        let Err(Error::Invalid(faults)) = parse(&wrong, &positions) else {
            panic!("taken");
        };
        let fields: Vec<&str> = faults.iter().map(|fault| &*fault.field).collect();
        assert_eq!(
            fields,
            [
                "surname",
                "name_gen",
                "surname_dat",
                "patronymic_dat",
                "position",
                "reason"
            ]
        );
    }
}
