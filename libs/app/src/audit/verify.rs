//! Checking the audit against its seals (SEC-81): the objects of the vault are what is
//! believed, the rows and the chain in the database are what is checked.

use std::fmt;

use db::{
    WorkerTx,
    audit::seals::{self, Place, Seal},
};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::seal::{BATCH, End, Sealed, Seals, sealed_row};
use crate::{App, Result};

/// How many objects are fetched at a time.
const AHEAD: usize = 16;

/// What the check found.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Every sealed row is as it was sealed.
    Whole {
        /// How many seals were checked.
        seals: i64,
        /// How many rows they cover.
        rows: i64,
        /// How many rows wait for a seal.
        waiting: i64,
    },
    /// Something is not; the first thing that is not.
    Broken(Broken),
}

/// The first bad interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The number of its seal.
    pub seal: i64,
    /// The first row that is not as it was sealed, by its number, if it is a row.
    pub row: Option<i64>,
    /// What is wrong.
    pub fault: Fault,
    /// The interval: the last row before it and its own last one, where they are known.
    pub between: Option<(i64, i64)>,
}

/// What is wrong with a seal or a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A row is not as it was.
    Altered,
    /// A row is no more.
    Deleted,
    /// A row stands where there was none.
    Added,
    /// The object of the seal is not in the vault.
    NoObject,
    /// The object of the seal was not made with our key, or does not go on from the one before.
    Forged,
    /// The chain forks: sealed rows were lost, or the database was restored from before them.
    Forked,
    /// The row of the seal is no more, or not as it was.
    Chain,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self.fault {
            Fault::Altered => "строка изменена",
            Fault::Deleted => "строка удалена",
            Fault::Added => "строка добавлена",
            Fault::NoObject => "в хранилище нет печати",
            Fault::Forged => "печать в хранилище подделана или поставлена другим ключом",
            Fault::Forked => {
                "у печати есть двойник: запечатанные строки утрачены, или база восстановлена из более ранней копии"
            }
            Fault::Chain => "запись о печати в базе изменена или удалена",
        };
        write!(f, "журнал действий нарушен, печать {}", self.seal)?;
        if let Some((after, last)) = self.between {
            write!(f, " (строки после {after} по {last})")?;
        }
        if let Some(row) = self.row {
            write!(f, ", строка {row}")?;
        }
        write!(f, ": {words}")
    }
}

impl App {
    /// Checks every sealed row of the audit.
    ///
    /// # Errors
    /// If the database or the vault does not answer.
    pub async fn verify_audit(&self) -> Result<Verdict> {
        let seals = self.seals()?;
        // Asked before the objects are listed: what is sealed meanwhile has its object later.
        let mut before = self.db.enter_worker(None).await?;
        let known = seals::last(&mut before)
            .await?
            .map_or(0, |last| last.number);
        drop(before);
        let versions = seals.vault.list(&seals.prefix).await?;
        let fetched = stream::iter(versions).map(|version| async move {
            let object = seals.vault.get(&version).await?;
            let sealed = object.and_then(|object| serde_json::from_slice::<Sealed>(&object).ok());
            // Whatever else lies under a number is a forgery of that number.
            let name = version.key.strip_prefix(&*seals.prefix);
            let number = name
                .and_then(|name| name.split_once('-'))
                .and_then(|(number, _)| number.parse().ok());
            Ok::<_, crate::Error>((number.unwrap_or(i64::MAX), sealed))
        });
        let mut objects = std::pin::pin!(fetched.buffered(AHEAD).peekable());
        let mut tx = self.db.enter_worker(None).await?;
        let (mut end, mut rows) = (End::none(), 0);
        loop {
            let number = end.number + 1;
            let mut found = Vec::new();
            while let Some(next) = objects.as_mut().peek().await {
                // The one place a peeked error is taken.
                if next.as_ref().is_ok_and(|(other, _)| *other > number) {
                    break;
                }
                let next = objects.try_next().await?;
                found.extend(next.map(|(_, sealed)| sealed));
            }
            let more = objects.as_mut().peek().await.is_some();
            if found.is_empty() && !more && number > known {
                break;
            }
            let stored = seals::find(&mut tx, number).await?;
            let sealed = match chosen(seals, &end, found) {
                Ok(sealed) => sealed,
                Err(fault) => return Ok(broken(number, fault)),
            };
            match checked(&mut tx, &sealed, stored).await? {
                Ok(seal) => {
                    rows += i64::from(seal.rows);
                    end = seal.into();
                }
                Err(broken) => return Ok(Verdict::Broken(broken)),
            }
        }
        let waiting = seals::count_after(&mut tx, end.place).await?;
        Ok(Verdict::Whole {
            seals: end.number,
            rows,
            waiting,
        })
    }
}

const fn broken(seal: i64, fault: Fault) -> Verdict {
    Verdict::Broken(Broken {
        seal,
        row: None,
        fault,
        between: None,
    })
}

/// The object of a number that goes on from this end of the chain. Another that says the same of
/// fewer rows is no fork: the store kept its worker waiting, and it came when its turn was over.
fn chosen(seals: &Seals, end: &End, found: Vec<Option<Sealed>>) -> Result<Sealed, Fault> {
    let mut good = Vec::new();
    for sealed in found {
        match sealed {
            Some(sealed) if seals.is_ours(&sealed) => good.push(sealed),
            _ => return Err(Fault::Forged),
        }
    }
    good.sort_by_key(|sealed| sealed.rows.len());
    let longest = good.pop().ok_or(Fault::NoObject)?;
    if good
        .iter()
        .any(|late| !late.follows(end) || !longest.rows.starts_with(&late.rows))
    {
        return Err(Fault::Forked);
    }
    if !longest.follows(end) {
        return Err(if good.is_empty() {
            Fault::Forged
        } else {
            Fault::Forked
        });
    }
    Ok(longest)
}

/// Compares the rows of a seal with what was sealed, and the seal with its row. A seal whose
/// worker died before it wrote the row is a good one as long as it is the last.
async fn checked(
    tx: &mut WorkerTx,
    sealed: &Sealed,
    stored: Option<Seal>,
) -> Result<Result<Seal, Broken>> {
    let Some(seal) = sealed.row() else {
        return Ok(Err(fault(sealed, None, Fault::Forged)));
    };
    let (after, last) = (seal.after, seal.last);
    let there = seals::between(tx, after, last, BATCH + 1).await?;
    let there: Vec<_> = there.iter().map(sealed_row).collect();
    let place = |row: &(i64, i64, String)| Place {
        xact: row.0,
        id: row.1,
    };
    let mut rows = there.iter();
    for expected in &sealed.rows {
        let found = rows.next();
        let wrong = match found {
            Some(found) if found == expected => continue,
            Some(found) if place(found) == place(expected) => (expected.1, Fault::Altered),
            Some(found) if place(found) < place(expected) => (found.1, Fault::Added),
            _ => (expected.1, Fault::Deleted),
        };
        return Ok(Err(fault(sealed, Some(wrong.0), wrong.1)));
    }
    let unrecorded = stored.is_none()
        && seals::last(tx)
            .await?
            .is_none_or(|last| last.number < seal.number);
    if !unrecorded && stored.as_ref() != Some(&seal) {
        return Ok(Err(fault(sealed, None, Fault::Chain)));
    }
    Ok(Ok(seal))
}

fn fault(sealed: &Sealed, row: Option<i64>, fault: Fault) -> Broken {
    Broken {
        seal: sealed.number,
        row,
        fault,
        between: sealed.rows.last().map(|last| (sealed.after.1, last.1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seal::tests::{row, seals};

    /// Which object of a number is believed, by its count of rows.
    fn believed(found: &[&Sealed]) -> Result<usize, Fault> {
        let found = found.iter().map(|sealed| Some((*sealed).clone())).collect();
        chosen(&seals(1), &End::none(), found).map(|sealed| sealed.rows.len())
    }

    #[test]
    fn sec_81_an_object_that_came_late_is_no_fork() {
        let rows = [row(1), row(2)];
        let whole = seals(1).seal(&End::none(), &rows);
        let late = seals(1).seal(&End::none(), &rows[..1]);
        let other = seals(1).seal(&End::none(), &rows[1..]);
        let elsewhere = End {
            number: 0,
            place: Place { xact: 3, id: 3 },
            mac: vec![0; 32],
        };
        let astray = seals(1).seal(&elsewhere, &rows);
        assert_eq!(believed(&[&whole]), Ok(2));
        assert_eq!(believed(&[&whole, &late]), Ok(2));
        assert_eq!(believed(&[&late, &whole]), Ok(2));
        assert_eq!(believed(&[&whole, &other]), Err(Fault::Forked));
        assert_eq!(believed(&[&whole, &astray]), Err(Fault::Forked));
        assert_eq!(believed(&[&astray]), Err(Fault::Forged));
        assert_eq!(believed(&[]), Err(Fault::NoObject));
    }
}
