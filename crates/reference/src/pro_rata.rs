//! Section 6: `pay pro rata`.

use crate::exact::{Exact, Rounding, round, zero};
use num_traits::Zero;

#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub owed: Exact,
    /// Not below zero.
    pub weight: Exact,
}

/// What each member is given of the cash; the odd units go to the residue member first.
pub(crate) fn share_out(cash: &Exact, (members, residue): (&[Member], usize), decimals: u32) -> Vec<Exact> {
    let all_owed: Exact = members.iter().map(|member| &member.owed).sum();
    let mut left = cash.clone().min(all_owed);
    let mut given = vec![zero(); members.len()];
    for _ in members {
        let before = left.clone();
        share_once(&mut left, members, (&mut given, decimals));
        if left == before {
            break;
        }
    }
    give(&mut left, members, (&mut given, residue));
    for other in 0..members.len() {
        give(&mut left, members, (&mut given, other));
    }
    given
}

/// One round: every member that is not full gets its part by weight, as far as it is owed.
fn share_once(left: &mut Exact, members: &[Member], (given, decimals): (&mut [Exact], u32)) {
    let open: Vec<usize> = (0..members.len()).filter(|index| given[*index] < members[*index].owed).collect();
    let weights: Exact = open.iter().map(|index| &members[*index].weight).sum();
    if weights.is_zero() {
        return;
    }
    let cash = left.clone();
    for index in open {
        let part = round(&(&cash * &members[index].weight / &weights), decimals, Rounding::Down);
        let share = part.min(&members[index].owed - &given[index]);
        given[index] += &share;
        *left -= share;
    }
}

/// What is left goes to one member as far as it is owed.
fn give(left: &mut Exact, members: &[Member], (given, index): (&mut [Exact], usize)) {
    let share = left.clone().min(&members[index].owed - &given[index]);
    given[index] += &share;
    *left -= share;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::whole;

    /// cash | owed by weight of each member, the first takes the residue -> given
    fn check(cash: i64, members: &[(i64, i64)], given: &[i64]) {
        let of = |(owed, weight): &(i64, i64)| Member { owed: whole(*owed), weight: whole(*weight) };
        let members: Vec<_> = members.iter().map(of).collect();
        let expected: Vec<_> = given.iter().copied().map(whole).collect();
        assert_eq!(share_out(&whole(cash), (&members, 0), 0), expected);
    }

    #[test]
    fn shares_follow_the_weights_and_odd_units_the_residue() {
        check(100, &[(100, 1), (100, 1), (100, 1)], &[34, 33, 33]);
        check(90, &[(200, 2), (100, 1)], &[60, 30]);
        check(500, &[(200, 2), (100, 1)], &[200, 100]);
    }

    #[test]
    fn what_a_full_member_leaves_is_shared_again() {
        check(100, &[(10, 1), (100, 1), (100, 1)], &[10, 45, 45]);
        check(100, &[(100, 1), (10, 8), (100, 1)], &[45, 10, 45]);
    }

    #[test]
    fn members_without_weight_take_only_what_is_left() {
        check(100, &[(30, 0), (50, 1)], &[30, 50]);
        check(60, &[(30, 0), (50, 1)], &[10, 50]);
        check(20, &[(30, 0), (50, 0)], &[20, 0]);
        check(40, &[(30, 0), (50, 0)], &[30, 10]);
    }
}
