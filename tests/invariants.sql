-- What must hold whatever happened (spec/reliability.md B2). Each statement lists what breaks its rule, so it must return no row.
-- Rows that a test made in one go have a history of one step; audit and outbox are asked of steps that were taken.

-- I1: no two live appointments of a clinician overlap, unless one was put there on purpose
select one.id, other.id
  from appointment one join appointment other
    on other.clinician_id = one.clinician_id and other.id > one.id
   and tstzrange(other.starts_at, other.ends_at) && tstzrange(one.starts_at, one.ends_at)
 where one.status in ('PENDING', 'CONFIRMED', 'CANCELLATION_REQUESTED', 'IN_PROGRESS', 'COMPLETED')
   and other.status in ('PENDING', 'CONFIRMED', 'CANCELLATION_REQUESTED', 'IN_PROGRESS', 'COMPLETED')
   and not (one.overbooked or other.overbooked);

-- I2: nor two of a patient
select one.id, other.id
  from appointment one join appointment other
    on other.patient_id = one.patient_id and other.id > one.id
   and tstzrange(other.starts_at, other.ends_at) && tstzrange(one.starts_at, one.ends_at)
 where one.status in ('PENDING', 'CONFIRMED', 'CANCELLATION_REQUESTED', 'IN_PROGRESS', 'COMPLETED')
   and other.status in ('PENDING', 'CONFIRMED', 'CANCELLATION_REQUESTED', 'IN_PROGRESS', 'COMPLETED');

-- I3: a live appointment lay within its clinician's hours at its centre when it was booked
with placed as (
  select *, starts_at at time zone 'Asia/Kolkata' as local_start,
         extract(hour from starts_at at time zone 'Asia/Kolkata') * 60
           + extract(minute from starts_at at time zone 'Asia/Kolkata') as minute,
         extract(epoch from ends_at - starts_at) / 60 as length
    from appointment
   where status in ('PENDING', 'CONFIRMED', 'CANCELLATION_REQUESTED', 'IN_PROGRESS', 'COMPLETED')
)
select placed.id from placed
 where exists (select from weekly_hours where clinician_id = placed.clinician_id)
   and not exists (
     select from weekly_hours hours
      where hours.clinician_id = placed.clinician_id and hours.updated_at > placed.created_at
        and hours.updated_at > hours.created_at)
   and not exists (
     select from weekly_hours hours
      where hours.clinician_id = placed.clinician_id and hours.centre_id = placed.centre_id
        and hours.weekday = extract(dow from local_start)
        and hours.opens_minute <= minute and minute + length <= hours.closes_minute
        and mod(minute - hours.opens_minute, hours.slot_minutes) = 0
        and (length = hours.slot_minutes or placed.moves > 0)  -- a moved one keeps its length (R-CHG-1)
        and local_start::date between hours.effective_from and coalesce(hours.effective_to, 'infinity'));

-- I3: and outside the blocks and holidays that stood then
select appointment.id, block.id
  from appointment join time_block block
    on coalesce(block.clinician_id, appointment.clinician_id) = appointment.clinician_id
   and coalesce(block.centre_id, appointment.centre_id) = appointment.centre_id
   and tsrange(block.starts_local, block.ends_local)
       && tsrange(starts_at at time zone 'Asia/Kolkata', ends_at at time zone 'Asia/Kolkata')
 where status in ('PENDING', 'CONFIRMED', 'CANCELLATION_REQUESTED', 'IN_PROGRESS', 'COMPLETED')
   and block.lifted_at is null and block.created_at < appointment.created_at;

-- I4: what is paid has exactly one paid attempt, of its amount; what the price fell by afterwards is given back
select payment.id
  from payment
  left join attempt on attempt.payment_id = payment.id and attempt.status = 'PAID'
  left join refund on refund.attempt_id = attempt.id and refund.reason = 'PRICE_FELL'
 where payment.status in ('PAID', 'REFUNDED') and (attempt.id is not null or consultation_paise + registration_paise > 0)
 group by payment.id
having count(distinct attempt.id) <> 1
    or max(attempt.paise) - coalesce(max(refund.paise), 0) <> payment.consultation_paise + payment.registration_paise;

-- I4: what was paid at the desk was handed over in parts that sum to it, and nothing else has parts that stand
select attempt.id
  from attempt left join tender on tender.attempt_id = attempt.id and tender.voided_at is null
 group by attempt.id
having coalesce(sum(tender.paise), 0) <> case when kind = 'DESK' and status = 'PAID' then attempt.paise else 0 end;

-- I4: what costs nothing was waived or discounted by somebody, with a reason
select payment.id from payment
 where consultation_paise = 0
   and not exists (select from adjustment where payment_id = payment.id and undone_at is null and kind <> 'WAIVE_REGISTRATION');

-- I4: what a drawer was expected to hold when it was counted is what the ledger says of it
with flows as (
  select drawer_id, method, paise from tender where voided_at is null
  union all
  select drawer_id, method, case kind when 'IN' then paise else -paise end from drawer_entry
  union all
  select id, 'CASH', float_paise from drawer
), sums as (
  select drawer_id,
         coalesce(sum(paise) filter (where method = 'CASH'), 0) as cash,
         coalesce(sum(paise) filter (where method = 'CARD'), 0) as card,
         coalesce(sum(paise) filter (where method = 'UPI'), 0) as upi
    from flows group by drawer_id
)
select closing.id
  from drawer_closing closing join drawer on drawer.id = closing.drawer_id join sums on sums.drawer_id = drawer.id
 where closing.reopened_at is null
   and (drawer.closed_at is null
        or (cash, card, upi) <> (expected_cash_paise, expected_card_paise, expected_upi_paise));

-- I4: money is in the drawer of whoever took it, while it was open
select tender.id
  from tender join drawer on drawer.id = drawer_id
 where tender.taken_by <> drawer.account_id or tender.taken_at < drawer.opened_at or tender.taken_at > drawer.closed_at;

-- I4: one transfer by UPI is noted once, and what it paid for together was taken together
select one.id
  from tender one left join tender first on first.id = one.with_id
 where one.with_id is not null
   and (first.with_id is not null or (first.taken_by, first.method) <> (one.taken_by, one.method)
        or first.reference is distinct from one.reference);

-- I4: what is not paid is owed exactly as long as its booking stands
select payment.id from payment join appointment on appointment.payment_id = payment.id
 where payment.status = 'PENDING'
   and (payment.released_at is null) = (appointment.status in ('CANCELLED', 'EXPIRED', 'NO_SHOW'));

-- I4: what waits or was given up has no paid attempt
select payment.id from payment join attempt on attempt.payment_id = payment.id
 where payment.status not in ('PAID', 'REFUNDED') and attempt.status = 'PAID';

-- I4: no more is given back than came
select attempt.id from attempt join refund on refund.attempt_id = attempt.id and refund.status <> 'DECLINED'
 group by attempt.id
having sum(refund.paise) > attempt.paise or attempt.status not in ('PAID', 'SURPLUS')
    or bool_or(refund.payment_id <> attempt.payment_id);

-- I4: a payment is refunded exactly when all that was paid is back
select payment.id
  from payment join attempt on attempt.payment_id = payment.id and attempt.status = 'PAID'
  left join refund on refund.attempt_id = attempt.id and refund.status = 'DONE'
 group by payment.id, attempt.id
having (payment.status = 'REFUNDED') <> (coalesce(sum(refund.paise), 0) >= attempt.paise);

-- I4: what goes back was decided by somebody, and what is owed to the patient whatever anybody thinks is not declined
select id from refund
 where (status <> 'REQUESTED' and decided_by is null)
    or (status = 'DECLINED' and reason not in ('CANCELLED_IN_TIME', 'CANCELLED_LATE', 'BY_MANAGER'));

-- I4: what a payment is told for lists is what stands beside it
select payment.id
  from payment left join appointment one on one.payment_id = payment.id
  left join (select payment_id, sum(paise) filter (where status in ('PAID', 'SURPLUS')) as paise,
                    max(taken_by) filter (where status = 'PAID') as taker from attempt group by 1) came
    on came.payment_id = payment.id
  left join (select payment_id, sum(paise) filter (where status = 'DONE') as gone,
                    sum(paise) filter (where status not in ('DONE', 'DECLINED')) as going from refund group by 1) back
    on back.payment_id = payment.id
 where (payment.centre_id, payment.clinician_id, taken_by) is distinct from (one.centre_id, one.clinician_id, came.taker)
    or (came_in_paise, returned_paise, to_return_paise)
       <> (coalesce(came.paise, 0), coalesce(back.gone, 0), coalesce(back.going, 0));

-- I4: money in = confirmed + goes back: every paisa that came is what a booking costs, or was too much and goes back
select payment.id
  from payment
  left join (select payment_id, sum(paise) as paise from attempt where status in ('PAID', 'SURPLUS') group by 1) came
    on came.payment_id = payment.id
  left join (select payment_id, sum(paise) as paise from refund
              where status <> 'DECLINED' and reason in ('PAID_TWICE', 'PAID_TOO_LATE', 'PAID_AFTER_CANCELLATION', 'PRICE_FELL', 'NOT_ASKED_FOR')
              group by 1) back
    on back.payment_id = payment.id
 where coalesce(came.paise, 0) - coalesce(back.paise, 0)
    <> case when payment.status in ('PAID', 'REFUNDED') then consultation_paise + registration_paise else 0 end;

-- I4: money that does not match is in no booking's books until somebody placed it
select mismatch.id
  from mismatch join attempt on attempt.provider_payment_id = mismatch.provider_payment_id
 where mismatch.resolved_at is null and mismatch.reason not in ('REFUND_NOT_OURS', 'BOOKS_DIFFER');

-- I4: surplus money has its refund, all of it
select attempt.id from attempt left join refund on refund.attempt_id = attempt.id and refund.status <> 'DECLINED'
 where attempt.status = 'SURPLUS'
 group by attempt.id
having coalesce(sum(refund.paise), 0) <> attempt.paise;

-- I4: a booking that stands is paid, or the desk said that it is paid at the centre; one that waits is not
select appointment.id, appointment.status, payment.status
  from appointment join payment on payment.id = payment_id
 where (appointment.status in ('CONFIRMED', 'CANCELLATION_REQUESTED', 'IN_PROGRESS', 'COMPLETED', 'NO_SHOW')
        and payment.status not in ('PAID', 'REFUNDED')
        and not exists (
          select from attempt where attempt.payment_id = payment.id and kind = 'DESK' and attempt.status = 'OPEN'))
    or (appointment.status = 'PENDING' and payment.status in ('PAID', 'REFUNDED'));

-- I4: the registration is paid once for life, and known to be paid
select patient.id
  from patient left join payment
    on payment.patient_id = patient.id and registration_paise > 0 and payment.status = 'PAID'
 group by patient.id
having count(payment.id) > 1 or (count(payment.id) = 1 and patient.registration_paid_at is null);

-- I5: every state has its history, without a gap, and ends in the state that stands
with steps as (
  select appointment_id, previous, next, at, id,
         lag(next) over line as before, lag(at) over line as earlier,
         row_number() over (partition by appointment_id order by id desc) as from_last
    from status_change window line as (partition by appointment_id order by id)
)
select appointment.id
  from appointment left join steps on steps.appointment_id = appointment.id
 where steps.id is null or previous is distinct from before or at < earlier
    or (from_last = 1 and next <> status);

-- I5: every step that was taken is in the audit
select change.id
  from status_change change
 where previous is not null
   and not exists (
     select from audit_entry
      where subject_id = change.appointment_id and act = 'appointment.status'
        and details ->> 'previous' = change.previous and details ->> 'next' = change.next);

-- I6: every confirmation and every end of a hold has its message
select change.id, change.next
  from status_change change
 where previous is not null and next in ('CONFIRMED', 'EXPIRED') and previous = 'PENDING'
   and not exists (
     select from message
      where about_id = change.appointment_id
        and dedupe_key like case next when 'CONFIRMED' then 'confirmed:%' else 'hold-ended:%' end)
   and not exists (
     select from message join appointment on series_id = about_id
      where appointment.id = change.appointment_id and next = 'CONFIRMED' and dedupe_key like 'series:%');

-- I6: so has every appointment that was confirmed and called off
select change.id
  from status_change change
 where previous in ('CONFIRMED', 'CANCELLATION_REQUESTED') and next = 'CANCELLED'
   and not exists (
     select from message
      where about_id = change.appointment_id and (dedupe_key like 'cancelled:%' or dedupe_key like 'off:%'))
   and not exists (
     select from message join appointment on series_id = about_id
      where appointment.id = change.appointment_id and dedupe_key like 'series-off:%');

-- I6: what has left is known to the provider
select id from message where status in ('SENT', 'DELIVERED', 'READ') and provider_id is null;

-- I8: one reference, one appointment
select reference from appointment group by reference having count(*) > 1;

-- I9: money is never negative, and every try asks for something
select id from payment where consultation_paise < 0 or registration_paise < 0
union all select id from attempt where paise <= 0
union all select id from refund where paise <= 0;

-- I10: every payment is of one booking, and of its patient
select payment.id
  from payment left join appointment on payment_id = payment.id
 where appointment.id is null or appointment.patient_id <> payment.patient_id;

-- I10: every meeting is of an online booking, at its time
select meeting.id
  from meeting left join appointment on meeting_id = meeting.id
 where appointment.id is null or appointment.mode <> 'ONLINE'
    or (meeting.status <> 'CANCELLED' and (appointment.starts_at, appointment.ends_at) <> (meeting.starts_at, meeting.ends_at));

-- I10: every patient is of a patients' account and shares its phone
select patient.id from patient join account on account.id = account_id
 where account.audience <> 'PATIENT' or account.phone <> patient.phone;

-- I11: what came or was taken has its document, once
select payment.id
  from payment
 where status in ('PAID', 'REFUNDED') and consultation_paise + registration_paise > 0
   and exists (select from audit_entry where subject_id = payment.id and act in ('payment.taken', 'payment.paid'))
   and (select count(*) from receipt
         where payment_id = payment.id and kind <> 'CREDIT_NOTE' and cancelled_at is null) <> 1;

-- I11: what is not paid has no document that stands
select receipt.id from receipt join payment on payment.id = payment_id
 where kind <> 'CREDIT_NOTE' and cancelled_at is null and payment.status not in ('PAID', 'REFUNDED');

-- I11: no number of a series is missing
select counter.prefix, counter.kind, counter.year
  from receipt_counter counter left join receipt
    on (receipt.prefix, receipt.kind, receipt.year) = (counter.prefix, counter.kind, counter.year)
 group by counter.prefix, counter.kind, counter.year, counter.last
having count(receipt.id) <> counter.last or coalesce(max(receipt.number), 0) <> counter.last;

-- I11: what is documented is what the clinic keeps of it
select bill.id
  from receipt bill
  join attempt on attempt.payment_id = bill.payment_id and attempt.status = 'PAID'
 where bill.kind <> 'CREDIT_NOTE' and bill.cancelled_at is null
   and bill.total_paise - coalesce((select sum(total_paise) from receipt note where note.against_id = bill.id), 0)
       <> least(bill.total_paise, attempt.paise - coalesce(
            (select sum(paise) from refund where attempt_id = attempt.id and status = 'DONE'), 0));

-- I12: a follow-up knows whether what it was booked as came to nothing
select follow_up.id
  from follow_up left join appointment on appointment.id = follow_up.booked_id
 where follow_up.fell_through <> coalesce(appointment.status in ('CANCELLED', 'EXPIRED'), false);
