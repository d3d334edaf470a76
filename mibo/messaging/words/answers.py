"""What stands on the buttons with which a reminder is answered: that they come, another time, cancel."""

ANSWERS = {
    "en": ("I will come", "Another time", "Cancel"),
    "hi": ("मैं आऊँगा/आऊँगी", "दूसरा समय", "रद्द करें"),
    "ml": ("ഞാൻ വരും", "മറ്റൊരു സമയം", "റദ്ദാക്കൂ"),
    "kn": ("ನಾನು ಬರುತ್ತೇನೆ", "ಬೇರೆ ಸಮಯ", "ರದ್ದುಮಾಡಿ"),
}
