"""What pages call the values of the product."""

from app.core.localisation import Text

LABELS: dict[str, dict[str, Text]] = {
    "reason": {
        "secret": Text("영업비밀", "Business secret"),
        "personal_data": Text("개인정보", "Personal data"),
        "abuse": Text("욕설·괴롭힘", "Abuse"),
        "rights": Text("권리 침해", "Infringes rights"),
        "false_information": Text("거짓 정보", "False information"),
        "spam": Text("광고·도배", "Spam"),
        "off_topic": Text("주제와 무관", "Off topic"),
        "other": Text("기타", "Other"),
    },
    "origin": {
        "report": Text("회원 신고", "Reported"),
        "words": Text("주의 단어", "Watched word"),
        "burst": Text("짧은 시간에 많은 글", "Burst of posts"),
    },
    "case_state": {"open": Text("처리 전", "Open"), "closed": Text("처리됨", "Decided")},
    "outcome": {
        "acted": Text("조치함", "Acted"),
        "settled": Text("조치 없이 해결", "Settled without an act"),
        "dismissed": Text("문제없음", "No ground"),
    },
    "act": {
        "hide": Text("숨김", "Hide"),
        "lock": Text("댓글 잠금", "Lock"),
        "pin": Text("상단 고정", "Pin"),
        "retag": Text("태그 변경", "Change tags"),
        "merge": Text("합치기", "Merge"),
        "note": Text("내부 메모", "Staff note"),
        "warn": Text("경고", "Warn"),
        "suspend": Text("활동 정지", "Suspend"),
    },
    "appeal_state": {
        "open": Text("판단 전", "Open"),
        "granted": Text("받아들임", "Granted"),
        "upheld": Text("조치 유지", "Upheld"),
    },
    "role": {
        "member": Text("회원", "Member"),
        "chair": Text("회장", "Chair"),
        "vice_chair": Text("부회장", "Vice chair"),
        "secretary": Text("총무", "Secretary"),
        "manager": Text("매니저", "Manager"),
        "coordinator": Text("코디네이터", "Coordinator"),
    },
    "application": {
        "open": Text("심사 전", "Open"),
        "admitted": Text("승인", "Admitted"),
        "declined": Text("반려", "Declined"),
        "withdrawn": Text("철회", "Withdrawn"),
    },
    "invitation": {
        "open": Text("대기 중", "Open"),
        "used": Text("수락됨", "Accepted"),
        "expired": Text("만료", "Expired"),
        "revoked": Text("취소", "Revoked"),
    },
    "standing": {
        "imported": Text("명부에 있음", "On the roster"),
        "invited": Text("초대함", "Invited"),
        "bounced": Text("메일이 돌아옴", "Mail came back"),
        "verified": Text("가입함", "Joined"),
        "active": Text("활동 중", "Active"),
    },
    "visibility": {
        "named": Text("지정한 사람", "Named people"),
        "mini_cluster": Text("미니클러스터", "Mini-cluster"),
        "consortium": Text("같은 클러스터", "Consortium"),
        "linked": Text("연계 클러스터까지", "Linked consortia"),
        "all": Text("모든 회원", "All members"),
    },
    "idea_status": {
        "draft": Text("임시 저장", "Draft"),
        "published": Text("게시 중", "Published"),
        "hidden": Text("숨김", "Hidden"),
        "withdrawn": Text("철회", "Withdrawn"),
    },
    "organisation": {
        "company": Text("기업", "Company"),
        "university": Text("대학", "University"),
        "institute": Text("연구기관", "Institute"),
        "local_government": Text("지방자치단체", "Local government"),
        "support": Text("지원기관", "Support organisation"),
    },
    "idea_state": {
        "open": Text("의견 받는 중", "Open"),
        "under_review": Text("검토 중", "Under review"),
        "chosen": Text("과제로 선정", "Chosen"),
        "in_progress": Text("진행 중", "In progress"),
        "done": Text("완료", "Done"),
        "closed": Text("종료", "Closed"),
    },
}
"""By kind of value, then by value."""
