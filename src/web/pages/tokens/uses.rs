//! How often a token was used, day by day: as bars, as a sentence and in numbers.

use crate::domain::usage::{Day, History};
use crate::web::words::{Here, number, plural};

/// The uses of the last days. Lengths are in the drawing's own units.
pub struct Chart {
    pub bars: Vec<Bar>,
    /// "1,204 uses in the last 90 days, most on 12 November: 310".
    pub summary: String,
    pub first: String,
    /// The days that had uses, the latest first.
    pub days: Vec<(String, String)>,
    pub is_empty: bool,
}

pub struct Bar {
    pub x: i64,
    pub y: u64,
    pub height: u64,
    /// Day and uses, for who points at it.
    pub title: String,
}

impl Chart {
    /// From one bar to the next.
    const STEP: i64 = 6;
    pub const WIDTH: i64 = Day::KEPT * Self::STEP;
    pub const HEIGHT: u64 = 72;

    pub fn of(history: &History, here: Here) -> Self {
        let most = history.busiest().map_or(1, |(_, count)| count);
        let bar = |(place, (day, count)): (i64, &(Day, u64))| {
            // However few, they are seen.
            let height = (u128::from(*count) * u128::from(Self::HEIGHT)).div_ceil(most.into());
            let height = u64::try_from(height).unwrap_or(Self::HEIGHT);
            let title = format!("{}: {}", here.near_day(day.date()), plural(*count, "use"));
            Bar { x: place * Self::STEP, y: Self::HEIGHT - height, height, title }
        };
        let used = (0..).zip(history.days()).filter(|(_, (_, count))| *count > 0);
        let days = history.days().iter().rev().filter(|(_, count)| *count > 0);
        Self {
            bars: used.map(bar).collect(),
            summary: summary(history, here),
            first: history
                .days()
                .first()
                .map(|(day, _)| here.near_day(day.date()))
                .unwrap_or_default(),
            days: days.map(|(day, count)| (here.near_day(day.date()), number(*count))).collect(),
            is_empty: history.busiest().is_none(),
        }
    }
}

fn summary(history: &History, here: Here) -> String {
    let Some((day, count)) = history.busiest() else {
        return format!("Not used in the last {} days.", Day::KEPT);
    };
    let (day, total) = (here.near_day(day.date()), history.total());
    let uses = format!("{} in the last {} days", plural(total, "use"), Day::KEPT);
    if total == count {
        format!("{uses}, on {day}.")
    } else {
        format!("{uses}, most on {day}: {}.", number(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Now;
    use crate::domain::user::Dates;

    fn chart(counts: &[(i64, u64)]) -> Chart {
        let now = Now::new("2026-11-22T18:00:00Z".parse().expect("a time"));
        let today = Day::of(now.at());
        let counts: Vec<_> = counts.iter().map(|(ago, uses)| (today.plus(-ago), *uses)).collect();
        let here = Here { now, zone: chrono_tz::Tz::UTC, dates: Dates::Words };
        Chart::of(&History::new(&counts, now), here)
    }

    #[test]
    fn uses_are_summed_up_in_a_sentence() {
        for (counts, says) in [
            (vec![], "Not used in the last 90 days."),
            (vec![(0, 1)], "1 use in the last 90 days, on 22 November."),
            (vec![(3, 1204)], "1,204 uses in the last 90 days, on 19 November."),
            (
                vec![(0, 894), (10, 310_000)],
                "310,894 uses in the last 90 days, most on 12 November: 310,000.",
            ),
        ] {
            assert_eq!(chart(&counts).summary, says);
        }
        assert!(chart(&[]).is_empty && chart(&[]).bars.is_empty());
    }

    #[test]
    fn a_bar_is_as_high_as_its_share_and_the_smallest_is_seen() {
        let chart = chart(&[(0, 1_000_000), (1, 500_000), (89, 1)]);
        let drawn: Vec<_> = chart.bars.iter().map(|bar| (bar.x, bar.y, bar.height)).collect();
        assert_eq!(drawn, [(0, 71, 1), (528, 36, 36), (534, 0, 72)]);
        assert_eq!(chart.bars[1].title, "21 November: 500,000 uses");
        assert_eq!(chart.first, "25 August");
        assert_eq!(chart.days[2], ("25 August".to_owned(), "1".to_owned()));
    }
}
