//! Charts drawn by the server: bars in SVG with the same numbers in a table under them, each of
//! which may lead to what it counts.

use maud::{Markup, html};

/// A chart of bars.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chart<'a> {
    /// What the ids of its title and description begin with; unique on a page.
    pub id: &'a str,
    /// What it shows.
    pub title: &'a str,
    /// The header of the column with what is counted.
    pub of: &'a str,
    /// The header of the column with the numbers.
    pub unit: &'a str,
    /// The bars, in their order.
    pub bars: &'a [Bar<'a>],
    /// What is said when there are none.
    pub empty: &'a str,
}

/// One bar of a chart.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bar<'a> {
    /// What is counted.
    pub label: &'a str,
    /// How many.
    pub value: u64,
    /// What is counted, as a list.
    pub href: Option<&'a str>,
}

/// The width of the picture in its own units.
const WIDTH: u64 = 400;
/// What a bar takes with the words above it.
const ROW: u64 = 40;

/// A chart of bars with its table.
pub fn chart(chart: Chart<'_>) -> Markup {
    html! {
        @if chart.bars.is_empty() { p class="govuk-body app-empty" { (chart.empty) } }
        @else {
            (picture(&chart))
            (numbers(&chart))
        }
    }
}

fn picture(chart: &Chart<'_>) -> Markup {
    let (title, about) = (format!("{}-title", chart.id), format!("{}-desc", chart.id));
    let most = chart.bars.iter().map(|bar| bar.value).max().unwrap_or(0);
    let rows = chart.bars.iter().zip((0_u64..).step_by(40));
    let height = ROW * chart.bars.len() as u64;
    html! {
        svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby=(title) aria-describedby=(about)
            viewBox={ "0 0 " (WIDTH) " " (height) } width="100%" {
            title id=(title) { (chart.title) }
            desc id=(about) {
                "Столбцов: " (chart.bars.len()) ", наибольший — " (most) ". Числа стоят в таблице под диаграммой."
            }
            @for (bar, top) in rows {
                text x="0" y=(top + 15) font-size="14" fill="currentColor" { (short(bar.label)) }
                text x=(WIDTH) y=(top + 15) font-size="14" fill="currentColor" text-anchor="end" { (bar.value) }
                rect x="0" y=(top + 21) width=(WIDTH) height="10" fill="#e6edf6" {}
                rect x="0" y=(top + 21) width=(length(bar.value, most)) height="10" fill="#1f4f8f" {}
            }
        }
    }
}

/// A label as far as it fits beside its number; the table under the picture has it whole.
fn short(label: &str) -> String {
    const FITS: usize = 42;
    if label.chars().count() <= FITS {
        return label.to_owned();
    }
    let cut: String = label.chars().take(FITS - 1).collect();
    format!("{}…", cut.trim_end())
}

/// How long a bar is: to the scale of the greatest, and never quite nothing where there is one.
fn length(value: u64, most: u64) -> u64 {
    match value {
        0 => 0,
        value => (u128::from(value) * u128::from(WIDTH) / u128::from(most.max(1)))
            .try_into()
            .unwrap_or(WIDTH)
            .clamp(2, WIDTH),
    }
}

fn numbers(chart: &Chart<'_>) -> Markup {
    html! {
        div class="app-table" role="region" aria-label=(chart.title) tabindex="0" {
            table class="govuk-table" {
                caption class="govuk-table__caption govuk-visually-hidden" { (chart.title) }
                thead class="govuk-table__head" {
                    tr class="govuk-table__row" {
                        th class="govuk-table__header" scope="col" { (chart.of) }
                        th class="govuk-table__header govuk-table__header--numeric" scope="col" { (chart.unit) }
                    }
                }
                tbody class="govuk-table__body" {
                    @for bar in chart.bars {
                        tr class="govuk-table__row" {
                            th class="govuk-table__header" scope="row" { (bar.label) }
                            td class="govuk-table__cell govuk-table__cell--numeric" {
                                @match bar.href {
                                    Some(href) if bar.value > 0 => {
                                        a class="govuk-link" href=(href) aria-label={ (bar.label) ": " (bar.value) } { (bar.value) }
                                    }
                                    _ => { (bar.value) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_to_scale() {
        assert_eq!(length(0, 10), 0);
        assert_eq!(length(10, 10), WIDTH);
        assert_eq!(length(5, 10), WIDTH / 2);
        assert_eq!(length(1, 1_000_000), 2, "what there is is seen");
        assert_eq!(length(u64::MAX, u64::MAX), WIDTH);
    }

    #[test]
    fn what_is_counted_is_escaped_and_numbers_lead_on() {
        let bars = [
            Bar {
                label: "<script>",
                value: 3,
                href: Some("/x?a=1&b=2"),
            },
            Bar {
                label: "нет",
                value: 0,
                href: Some("/y"),
            },
        ];
        let shown = chart(Chart {
            id: "c",
            title: "Причины",
            bars: &bars,
            ..Chart::default()
        })
        .0;
        assert!(!shown.contains("<script>") && !shown.contains(" style="));
        assert!(shown.contains("/x?a=1&amp;b=2") && !shown.contains("/y"));
        assert!(shown.contains("role=\"img\" aria-labelledby=\"c-title\""));
    }
}
