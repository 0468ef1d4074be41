//! `ctl municipality merge`: districts do become okrugs. Done as the migrator, in one transaction.

use anyhow::bail;
use clap::Args;
use db::transfers::{self, Merging};
use runtime::config;

use crate::{settings, tell};

/// Which municipalities are merged.
#[derive(Args)]
pub struct Merge {
    /// Краткое имя муниципалитета, которого больше не будет
    #[arg(value_name = "ЧТО")]
    from: String,
    /// Краткое имя муниципалитета, к которому всё переходит
    #[arg(value_name = "КУДА")]
    into: String,
    /// Считать организации с одинаковыми названиями одной организацией
    #[arg(long)]
    same_names: bool,
    /// Подтвердить: отменить объединение нельзя
    #[arg(long)]
    yes: bool,
}

/// Merges, if it is meant.
pub async fn run(merge: Merge) -> anyhow::Result<()> {
    if !merge.yes {
        bail!("объединение нельзя отменить: повторите с --yes");
    }
    let url = config::from_env(settings::migrator)?;
    let merging = Merging {
        from: merge.from,
        into: merge.into,
        same_names: merge.same_names,
    };
    match transfers::merge(url.reveal(), &merging).await {
        Ok(None) => tell(&format!(
            "Муниципалитет {} объединён с {}",
            merging.from, merging.into
        )),
        Ok(Some(alike)) => bail!(
            "в обоих муниципалитетах есть организации: {alike}. Переименуйте их или повторите с --same-names"
        ),
        Err(error) if error.is_constraint(transfers::THESE) => {
            bail!("таких двух действующих муниципалитетов нет, или они уже объединены")
        }
        Err(error) => Err(error.into()),
    }
}
