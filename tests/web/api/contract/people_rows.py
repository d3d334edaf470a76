"""Rows about people: signing in, staff, clinicians, patients, centres (api-contract.md 3.1, 3.2, 3.5 to 3.8, 5.1, 5.3)."""

from tests import make
from tests.web.api.contract.rows import (
    CENTRE,
    CLINICIAN,
    CLINICIAN_IN_FULL,
    PATIENT,
    PATIENT_SELF,
    RULE,
    STAFF_IN_FULL,
    STAFF_ROW,
    STAFF_SELF,
    VISIT,
    No,
    Row,
)
from tests.web.api.contract.world import PASSWORD

UNKNOWN = "999999999"
TOKENS = "accessToken refreshToken"


def nila(w, **more):
    return {
        "full_name": "Nila Nair",
        "phone": "9876540001",
        "username": "nila_n",
        "password": PASSWORD,
        "email": "",
        **more,
    }


def leela(w, **more):
    return {
        "full_name": "Dr. Leela", "phone": "9845011122", "password": PASSWORD, "role_ids": [4],
        "primary_centre_id": str(w.centre.id), "specialization": ["Therapist"], "qualification": ["PhD"],
        "languages": ["English"], "consultation_fee": 1500, **more,
    }  # fmt: skip


def place(**more):
    return {"name": "Mibo Aluva", "city": "Kochi", "addressLine1": "1 Bank Road", "addressLine2": "", "pincode": "683101",
            "contactPhone": "9876540009", **more}  # fmt: skip


TAKEN = {"phone": "9876500001"}

SIGN_IN = [
    Row("1", "POST /auth/send-otp", "pub", lambda w: {"phone": w.staff["FD"].phone[-10:]}, "message",
        no=(No(400, "VALIDATION_ERROR", {"phone": "12"}), No(400, "VALIDATION_ERROR", {}))),
    Row("1", "POST /auth/send-otp", "pub", lambda w: {"phone": "9000000009"}, "message"),
    Row("2", "POST /auth/login/phone-otp", "pub", lambda w: {"phone": w.staff["FD"].phone[-10:], "otp": w.told}, STAFF_SELF + " " + TOKENS,
        before=lambda w: w.keep(w.code("STAFF", w.staff["FD"].phone)), message="Login successful",
        no=(No(403, "Access denied", {"phone": "9000000009", "otp": "123456"}), No(400, "VALIDATION_ERROR", {"phone": "9000000009", "otp": "1"}),
            No(400, "Invalid or expired OTP", lambda w: {"phone": w.staff["CC"].phone[-10:], "otp": "000000"}))),
    Row("2", "POST /auth/login/phone-otp", "pub", lambda w: {"phone": w.staff["FD"].phone[-10:], "otp": "000000"}, "!",
        before=lambda w: w.code("STAFF", w.staff["FD"].phone), no=(No(400, "Invalid OTP"),)),
    Row("3", "POST /auth/login/phone-password", "pub", lambda w: {"phone": w.staff["FD"].phone[-10:], "password": w.password("FD")},
        STAFF_SELF + " " + TOKENS, message="Login successful",
        no=(No(401, "Invalid credentials", lambda w: {"phone": w.staff["FD"].phone[-10:], "password": "not-the-password"}),
            No(400, "VALIDATION_ERROR", {"phone": "x"}))),
    Row("4", "POST /auth/login/username-password", "pub", lambda w: {"username": "anita", "password": w.password("CL")}, STAFF_SELF,
        no=(No(401, "Invalid credentials", {"username": "anita", "password": "not-the-password"}), No(400, "VALIDATION_ERROR", {}))),
    Row("5", "POST /auth/refresh", "pub", lambda w: {"refreshToken": w.refresh("FD")}, "accessToken",
        no=(No(400, "VALIDATION_ERROR", {}), No(401, "", {"refreshToken": "made-up"}))),
    Row("5a", "POST /auth/refresh-token", "pub", lambda w: {"refreshToken": w.refresh("FD")}, "accessToken"),
    Row("6", "POST /auth/logout", "FD", None, "message"),
    Row("7", "GET /auth/me", "FD", None, STAFF_SELF),
    Row("7", "GET /auth/me", "CL", None, STAFF_SELF),
    Row("8", "POST /patient-auth/send-otp", "pub", lambda w: {"phone": "919876500001"}, "phone expiresIn isNewUser",
        no=(No(400, "VALIDATION_ERROR", {}), No(400, "VALIDATION_ERROR", {"phone": "91123"}))),
    Row("9", "POST /patient-auth/verify-otp", "pub", lambda w: {"phone": "919876500001", "otp": w.told}, PATIENT_SELF,
        before=lambda w: w.keep(w.code("PATIENT", "+919876500001")), message="Welcome back",
        no=(No(400, "VALIDATION_ERROR", {"phone": "919876500001"}),)),
    Row("9", "POST /patient-auth/verify-otp", "pub", lambda w: {"phone": "919876500001", "otp": "000000"}, "!",
        before=lambda w: w.code("PATIENT", "+919876500001"), no=(No(400, "Invalid OTP"),)),
    Row("9", "POST /patient-auth/verify-otp", "pub", lambda w: {"phone": "919876577777", "otp": w.told}, PATIENT_SELF,
        before=lambda w: w.keep(w.code("PATIENT", "+919876577777")), message="Please complete your profile"),
    Row("10", "POST /patient-auth/refresh-token", "pub", lambda w: {"refreshToken": w.refresh("PT")}, "accessToken",
        no=(No(400, "VALIDATION_ERROR", {}), No(401, "", {"refreshToken": "made-up"}))),
    Row("10a", "POST /patient-auth/refresh", "pub", lambda w: {"refreshToken": w.refresh("PT")}, "accessToken"),
    Row("11", "POST /patient-auth/logout", "PT", None, "-", message="Logged out successfully"),
    Row("12", "GET /patient-auth/me", "PT", None,
        "user.id user.phone user.email user.fullName user.userType user.isActive user.createdAt patient.id patient.dateOfBirth "
        "patient.gender patient.bloodGroup patient.emergencyContactName patient.emergencyContactPhone patient.notes "
        "patient.isActive id fullName phone email dateOfBirth gender", no=(No(403, "FORBIDDEN", who="FD"),)),
    Row("b1", "POST /patient-auth/login-with-password", "pub", lambda w: {"username": "asha", "password": PASSWORD}, "!",
        no=(No(401, "UNAUTHORIZED"), No(400, "VALIDATION_ERROR", {"username": "asha"}))),
]  # fmt: skip

STAFF = [
    Row("26", "GET /users", "A", lambda w: {"roleId": 6}, "*" + STAFF_ROW),
    Row("26", "GET /users", "M", lambda w: {"isActive": "false"}, "*"),
    Row("27", "GET /users/{w.staff[FD].id}", "A", None, STAFF_IN_FULL, no=(No(404, "NOT_FOUND", path=f"/users/{UNKNOWN}"),)),
    Row("28", "POST /users", "A", lambda w: nila(w, role_ids=[6], centre_ids=[w.centre.id]), "user.id user.fullName profile", 201,
        no=(No(400, "VALIDATION_ERROR", {}), No(409, "", lambda w: nila(w, role_ids=[6], centre_ids=[w.centre.id])))),
    Row("29", "PUT /users/{w.staff[FD].id}", "A", lambda w: {"full_name": "Nila Nair", "centre_ids": [w.centre.id]}, STAFF_IN_FULL,
        no=(No(400, "", {}), No(404, "NOT_FOUND", path=f"/users/{UNKNOWN}"))),
    Row("30", "DELETE /users/{w.staff[FD].id}", "A", None, "message", no=(No(404, "NOT_FOUND", path=f"/users/{UNKNOWN}"),)),
    Row("31", "PATCH /users/{w.staff[FD].id}/toggle-active", "M", lambda w: {"isActive": False}, STAFF_IN_FULL,
        message="User deactivated successfully",
        no=(No(400, "VALIDATION_ERROR", {"isActive": "no"}), No(404, "NOT_FOUND", path=f"/users/{UNKNOWN}/toggle-active"),
            No(403, "FORBIDDEN", path="/users/{w.staff[A].id}/toggle-active"))),
    *(Row(number, f"POST /users/{path}", "A", lambda w: nila(w, centreId=str(w.centre.id)),
          "user.id user.fullName user.phone user.email user.username user.role user.isActive user.createdAt", 201,
          no=(No(400, "VALIDATION_ERROR", {}), No(409, "", lambda w: nila(w, centreId=str(w.centre.id)))))
      for number, path in (("32", "managers"), ("33", "centre-managers"), ("34", "care-coordinators"), ("35", "front-desk"))),
]  # fmt: skip

CLINICIANS = [
    row
    for prefix in ("", "/users")
    for row in [
        Row("36", f"GET {prefix}/clinicians", "pub", lambda w: {"isActive": "true", "specialization": "psycho"}, "*" + CLINICIAN),
        Row("36", f"GET {prefix}/clinicians", "FD", None, "*" + CLINICIAN),
        Row("37", f"GET {prefix}/clinicians/{{w.clinician.id}}", "pub", None, CLINICIAN_IN_FULL,
            no=(No(404, "NOT_FOUND", path=f"{prefix}/clinicians/{UNKNOWN}"), No(400, "VALIDATION_ERROR", path=f"{prefix}/clinicians/x"))),
        Row("38", f"POST {prefix}/clinicians", "M", leela, CLINICIAN_IN_FULL, 201,
            no=(No(400, "VALIDATION_ERROR", {}), No(409, "", leela), No(400, "VALIDATION_ERROR", lambda w: leela(w, consultation_fee=0)))),
        Row("39", f"PUT {prefix}/clinicians/{{w.clinician.id}}", "M", lambda w: {"consultationFee": 1800, "email": ""}, CLINICIAN_IN_FULL,
            no=(No(400, "", {}), No(404, "NOT_FOUND", path=f"{prefix}/clinicians/{UNKNOWN}"))),
        Row("40", f"DELETE {prefix}/clinicians/{{w.told}}", "M", None, "message", before=lambda w: w.keep(w.idle_clinician()),
            no=(No(400, "", path=f"{prefix}/clinicians/{{w.clinician.id}}"), No(404, "NOT_FOUND", path=f"{prefix}/clinicians/{UNKNOWN}"))),
        Row("41", f"PATCH {prefix}/clinicians/{{w.told}}/toggle-active", "M", lambda w: {"isActive": False}, CLINICIAN_IN_FULL,
            before=lambda w: w.keep(w.idle_clinician()),
            no=(No(404, "NOT_FOUND", path=f"{prefix}/clinicians/{UNKNOWN}/toggle-active"), No(400, "VALIDATION_ERROR", {}))),
        Row("42", f"PUT {prefix}/clinicians/{{w.clinician.id}}/availability", "M", lambda w: {"availability_rules": [w.rule()]},
            CLINICIAN_IN_FULL, no=(No(400, "VALIDATION_ERROR", {}), No(400, "", lambda w: {"availability_rules": [w.rule(endTime="08:00")]}),
                                   No(404, "NOT_FOUND", path=f"{prefix}/clinicians/{UNKNOWN}/availability"))),
        Row("43", f"GET {prefix}/clinicians/{{w.clinician.id}}/availability", "pub", None, "*" + RULE,
            no=(No(404, "NOT_FOUND", path=f"{prefix}/clinicians/{UNKNOWN}/availability"),)),
        Row("b2", f"GET {prefix}/clinicians/{{w.clinician.id}}/slots", "pub", lambda w: {"date": make.tomorrow()},
            "*clinicianId centreId date startTime endTime status mode",
            no=(No(400, "VALIDATION_ERROR", {}), No(404, "NOT_FOUND", path=f"{prefix}/clinicians/{UNKNOWN}/slots"))),
        Row("b3", f"PATCH {prefix}/clinicians/{{w.clinician.id}}/credentials", "M", lambda w: {"username": "anita.k", "password": PASSWORD},
            CLINICIAN_IN_FULL, no=(No(400, "", {}), No(404, "NOT_FOUND", path=f"{prefix}/clinicians/{UNKNOWN}/credentials"))),
        Row("b4", f"DELETE {prefix}/clinicians/{{w.clinician.id}}/availability/{{w.told}}", "M", None, "0",
            before=lambda w: w.keep(w.first_rule()),
            no=(No(404, "NOT_FOUND", path=f"{prefix}/clinicians/{{w.clinician.id}}/availability/{UNKNOWN}"),)),
        Row("b5", f"POST {prefix}/clinicians/{{w.clinician.id}}/availability/delete-by-day", "M", lambda w: {"dayOfWeek": 1},
            "deletedCount deletedRules", no=(No(404, "NOT_FOUND"), No(400, "VALIDATION_ERROR", {"dayOfWeek": 7}))),
        Row("b6", f"GET {prefix}/clinicians/{{w.clinician.id}}/availability/by-day", "M", None, "0 1 6",
            no=(No(404, "NOT_FOUND", path=f"{prefix}/clinicians/{UNKNOWN}/availability/by-day"),)),
        Row("b7", f"POST {prefix}/clinicians/{{w.clinician.id}}/slot-exceptions", "M",
            lambda w: {"centreId": str(w.centre.id), "exceptionDate": str(make.tomorrow()), "startTime": "15:00", "endTime": "16:00", "mode": "HYBRID"},
            "id clinicianId centreId exceptionDate startTime endTime mode reason createdByUserId createdAt updatedAt", 201, numbers=True,
            no=(No(400, "VALIDATION_ERROR", {}), No(404, "NOT_FOUND", path=f"{prefix}/clinicians/{UNKNOWN}/slot-exceptions"))),
        Row("b8", f"GET {prefix}/clinicians/{{w.clinician.id}}/slot-exceptions", "M",
            lambda w: {"startDate": make.tomorrow(), "endDate": make.tomorrow()}, "*id exceptionDate startTime", numbers=True,
            before=lambda w: w.block(), no=(No(400, "VALIDATION_ERROR", {}),)),
        Row("b9", f"DELETE {prefix}/clinicians/{{w.clinician.id}}/slot-exceptions/{{w.told}}", "M", None, "0",
            before=lambda w: w.keep(w.block()),
            no=(No(404, "NOT_FOUND", path=f"{prefix}/clinicians/{{w.clinician.id}}/slot-exceptions/{UNKNOWN}"),)),
    ]
]  # fmt: skip

PATIENTS = [
    Row("44", "GET /patients", "FD", lambda w: {"search": "asha"}, "*" + PATIENT),
    Row("44", "GET /patients", "CC", lambda w: {"phone": "98765000"}, "*" + PATIENT),
    Row("45", "GET /patients/{w.asha.id}", "FD", None, PATIENT + " appointments payments medicalNotes profileId",
        no=(No(404, "NOT_FOUND", path=f"/patients/{UNKNOWN}"),)),
    Row("45", "GET /patients/{w.asha.id}", "CL", None, PATIENT + " appointments medicalNotes"),
    Row("46", "POST /patients", "FD", lambda w: {"fullName": "Meera Das", "phone": "9811100001", "email": "", "mrn": ""}, PATIENT, 201,
        no=(No(409, "", {"fullName": "Asha", **TAKEN}), No(400, "VALIDATION_ERROR", {"fullName": "Meera Das", "phone": "12"}),
            No(400, "VALIDATION_ERROR", {"fullName": "Meera Das", "phone": "9811100003", "email": "nonsense"}))),
    Row("47", "PUT /patients/{w.asha.id}", "FD", lambda w: {"fullName": "Asha M", "mrn": "", "notes": "Prefers mornings"},
        PATIENT + " firstName lastName", no=(No(400, "", {}), No(404, "NOT_FOUND", path=f"/patients/{UNKNOWN}"))),
    Row("48", "GET /patients/{w.asha.id}/appointments", "FD", None, "*" + VISIT,
        no=(No(404, "NOT_FOUND", path=f"/patients/{UNKNOWN}/appointments"),)),
    Row("49", "POST /patients/{w.asha.id}/notes", "CL", lambda w: {"noteText": "Prefers mornings."},
        "id patientId authorUserId noteText visibility createdAt authorName", 201,
        no=(No(400, "VALIDATION_ERROR", {"note": ""}), No(404, "NOT_FOUND", path=f"/patients/{UNKNOWN}/notes"))),
]  # fmt: skip

CENTRES = [
    Row("50", "GET /centres", "pub", lambda w: {"city": "kochi"}, "*" + CENTRE, no=(No(400, "", {"city": "atlantis"}),)),
    Row("51", "GET /centres/{w.centre.id}", "pub", None, CENTRE,
        no=(No(404, "NOT_FOUND", path=f"/centres/{UNKNOWN}"), No(400, "VALIDATION_ERROR", path="/centres/abc"))),
    Row("52", "POST /centres", "M", lambda w: place(), CENTRE, 201,
        no=(No(400, "VALIDATION_ERROR", {}), No(400, "VALIDATION_ERROR", place(pincode="12")))),
    Row("53", "PUT /centres/{w.centre.id}", "CM", lambda w: {"addressLine1": "2 Bank Road", "addressLine2": "Aluva"}, CENTRE,
        no=(No(400, "", {}), No(400, "VALIDATION_ERROR", {"pincode": "1"}), No(404, "NOT_FOUND", path="/centres/{w.elsewhere.id}"))),
    Row("54", "DELETE /centres/{w.elsewhere.id}", "A", None, "message", no=(No(404, "NOT_FOUND", path=f"/centres/{UNKNOWN}"),)),
    Row("55", "PATCH /centres/{w.elsewhere.id}/toggle-active", "M", lambda w: {"isActive": False}, CENTRE,
        no=(No(400, "VALIDATION_ERROR", {}), No(404, "NOT_FOUND", path=f"/centres/{UNKNOWN}/toggle-active"))),
]  # fmt: skip

ROWS = [*SIGN_IN, *STAFF, *CLINICIANS, *PATIENTS, *CENTRES]
