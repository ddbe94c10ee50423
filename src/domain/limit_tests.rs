use chrono::TimeDelta;

use super::*;

fn at(text: &str) -> Now {
    Now::new(text.parse().expect("a time"))
}

fn after(now: Now, seconds: f64) -> Now {
    Now::new(now.at() + TimeDelta::microseconds((seconds * 1e6) as i64))
}

fn limit(count: u32) -> PerMinute {
    PerMinute::new(count).expect("a limit")
}

/// How many of so many requests at one instant pass.
fn pass(meter: &mut Meter, limit: PerMinute, tries: u32, now: Now) -> u32 {
    let mut passed = 0;
    for _ in 0..tries {
        meter.settle(now);
        if !meter.quota(limit, now).is_spent() {
            meter.take(limit, now);
            passed += 1;
        }
    }
    passed
}

#[test]
fn a_limit_is_a_whole_number_or_nothing() {
    assert_eq!(PerMinute::parse(" 600 "), Ok(PerMinute::new(600)));
    assert_eq!(PerMinute::parse("100000"), Ok(PerMinute::new(100_000)));
    assert_eq!(PerMinute::parse(" "), Ok(None));
    for bad in ["0", "-1", "1.5", "100001", "many", "1e3", "99999999999999999999"] {
        let refused = PerMinute::parse(bad).expect_err(bad);
        assert!(refused.starts_with("Enter a whole number from 1 to 100000"), "{refused}");
    }
    assert_eq!(limit(1).to_string(), "1 request a minute");
    assert_eq!(limit(60).to_string(), "60 requests a minute");
}

#[test]
fn as_many_requests_pass_as_the_limit_says_and_not_one_more() {
    let now = at("2026-11-22T18:00:00Z");
    for count in [1, 7, 59, 60, 61, 999, 7_777, 99_991, 100_000] {
        let mut meter = Meter::default();
        assert_eq!(meter.quota(limit(count), now).left, count);
        assert_eq!(pass(&mut meter, limit(count), count + 10, now), count);
        let later = after(now, 60.0);
        assert!(meter.is_full(later) && !meter.is_full(now));
        assert_eq!(pass(&mut meter, limit(count), count + 10, later), count, "a minute later");
    }
}

#[test]
fn what_was_used_comes_back_evenly() {
    let (now, ten) = (at("2026-11-22T18:00:00Z"), limit(10));
    let mut meter = Meter::default();
    assert_eq!(pass(&mut meter, ten, 10, now), 10);
    let spent = meter.quota(ten, now);
    assert!(spent.is_spent());
    assert_eq!(spent.next, Duration::from_secs(6));
    assert_eq!(meter.quota(ten, after(now, 4.0)).next, Duration::from_secs(2));
    assert!(meter.quota(ten, after(now, 5.999999)).is_spent());
    assert_eq!(pass(&mut meter, ten, 5, after(now, 6.0)), 1);
    assert_eq!(pass(&mut meter, ten, 5, after(now, 24.0)), 3);
    assert_eq!(meter.quota(ten, after(now, 120.0)).left, 10);
    assert_eq!(meter.quota(ten, after(now, 120.0)).next, Duration::ZERO);
}

#[test]
fn a_clock_set_back_neither_locks_out_nor_opens_the_door() {
    let (now, ten) = (at("2026-11-22T18:00:00Z"), limit(10));
    let mut meter = Meter::default();
    assert_eq!(pass(&mut meter, ten, 10, now), 10);
    let back = after(now, -3_600.0);
    assert_eq!(pass(&mut meter, ten, 10, back), 0, "what was used stays used");
    assert_eq!(pass(&mut meter, ten, 10, after(back, 6.0)), 1);
    assert_eq!(pass(&mut meter, ten, 20, after(back, 66.0)), 10);
    // Set ahead and back again: no more than a minute's requests each time.
    assert_eq!(pass(&mut meter, ten, 20, after(now, 86_400.0)), 10);
    assert_eq!(pass(&mut meter, ten, 20, after(back, 66.0)), 0);
    assert_eq!(pass(&mut meter, ten, 20, after(back, 126.0)), 10);
}

#[test]
fn a_changed_limit_takes_over_what_was_used() {
    let now = at("2026-11-22T18:00:00Z");
    let mut meter = Meter::default();
    assert_eq!(pass(&mut meter, limit(10), 5, now), 5);
    assert_eq!(meter.quota(limit(100), now).left, 50);
    assert_eq!(meter.quota(limit(2), now).left, 1);
}

#[test]
fn the_longest_wait_of_the_spent_ones_counts() {
    let quota =
        |left, seconds| Some(Quota { limit: limit(10), left, next: Duration::from_secs(seconds) });
    let quotas = |token, service| Quotas { token, service };
    assert_eq!(quotas(quota(0, 6), quota(0, 2)).wait(), Some(Duration::from_secs(6)));
    assert_eq!(quotas(quota(1, 6), quota(0, 2)).wait(), Some(Duration::from_secs(2)));
    assert_eq!(quotas(quota(1, 6), None).wait(), None);
    assert_eq!(Quotas::default().wait(), None);
}

#[test]
fn no_limit_is_the_loosest() {
    let (some, more) = (Some(limit(10)), Some(limit(11)));
    assert!(is_looser(None, some) && is_looser(more, some));
    assert!(!is_looser(some, None) && !is_looser(some, some) && !is_looser(some, more));
    assert!(!is_looser(None, None));
}
