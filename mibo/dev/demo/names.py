"""Names to invent people from. Any likeness to somebody who lives is chance."""

from random import Random
from typing import NamedTuple


class Stock(NamedTuple):
    """First names of women and of men, and family names, that go together somewhere in India."""

    women: str
    men: str
    families: str


KERALA = Stock(
    "Asha Divya Anjali Meera Lakshmi Sreeja Reshma Gayathri Parvathy Nimisha Athira Deepthi Sandhya Remya Chitra",
    "Arun Vishnu Rahul Sreejith Anoop Manoj Hari Jayan Sajith Unni Akhil Nikhil Renjith Biju Gokul",
    "Menon Nair Pillai Nambiar Warrier Kurup Varma Panicker Kartha Marar",
)
KERALA_CHRISTIAN = Stock(
    "Annie Sheeba Liya Teresa Merin Jincy Rosamma Elsa Ancy Neethu",
    "Jacob Mathew George Joby Tijo Sebin Paul Abraham Varghese Ebin",
    "Mathew Thomas Joseph Kurian Cherian Chacko Jacob Philip Antony Tharakan",
)
MUSLIM = Stock(
    "Fathima Ayesha Nazia Shabana Rukhsana Zoya Hina Safiya Amina Mehnaz",
    "Imran Faisal Salim Irfan Rizwan Aslam Junaid Nadeem Ashraf Shameer",
    "Khan Ansari Shaikh Rahman Ali Basheer Qureshi Haneef Siddiqui Koya",
)
KARNATAKA = Stock(
    "Kavya Sudha Shilpa Roopa Bhavana Pallavi Chaitra Vidya Ranjitha Spoorthi Nandini Sahana",
    "Girish Naveen Prakash Manjunath Kiran Raghavendra Darshan Chetan Sudeep Vinay Prajwal Harsha",
    "Gowda Hegde Shetty Rao Bhat Kulkarni Murthy Patil Nayak Swamy",
)
TAMIL_TELUGU = Stock(
    "Kavitha Priya Revathi Meenakshi Swathi Padma Lavanya Harini Sindhu Sravani Keerthana Vasudha",
    "Karthik Senthil Vignesh Suresh Balaji Praveen Srinivas Venkat Ravi Teja Sai Mohan",
    "Subramaniam Iyer Iyengar Raman Natarajan Reddy Naidu Chowdary Krishnan Sundaram",
)
WEST = Stock(
    "Snehal Ketaki Mrunal Hetal Komal Falguni Aditi Tanvi Jinal Urvi Sayali Gauri",
    "Nilesh Sandeep Hardik Jignesh Amol Rohan Sagar Chirag Parth Tushar Omkar Yash",
    "Deshmukh Joshi Patil Shah Mehta Desai Pawar Kadam Trivedi Gokhale",
)
NORTH_EAST = Stock(
    "Neha Pooja Ritika Simran Ananya Shreya Moumita Tanushree Kirti Garima Dipika Ishani",
    "Amit Rajat Vikram Gurpreet Saurav Debashish Abhishek Rohit Anirban Manish Kunal Sumit",
    "Sharma Verma Singh Gupta Banerjee Ghosh Sen Das Mishra Bhatia",
)

OF_CITY = {
    "Kochi": (KERALA, KERALA, KERALA_CHRISTIAN, MUSLIM, TAMIL_TELUGU),
    "Bengaluru": (KARNATAKA, KARNATAKA, TAMIL_TELUGU, KERALA, NORTH_EAST, MUSLIM),
    "Mumbai": (WEST, WEST, NORTH_EAST, MUSLIM, TAMIL_TELUGU),
}

# what every form, list and message must bear: one word, other scripts, apostrophes, hyphens, great length
UNUSUAL = (
    ("FEMALE", "Revathi"),
    ("FEMALE", "അഞ്ജലി നായർ"),
    ("MALE", "Rohan D'Souza"),
    ("FEMALE", "प्रिया शर्मा"),
    ("MALE", "Venkata Satyanarayana Subrahmanya Lakshmi Narasimha Rao Chintalapati Venkateswara Prasad"),
    ("FEMALE", "Mary-Ann O'Connor Fernandes"),
    ("MALE", "Madhavan"),
    ("FEMALE", "ಸುಧಾ ಗೌಡ"),
    ("NON_BINARY", "Kiran T."),
    ("MALE", "Ng"),
)


def invent(rng: Random, city: str, gender: str, family: str | None = None) -> str:
    """A full name that fits the city; a relative keeps the family's last name."""
    stock = rng.choice(OF_CITY[city])
    first = rng.choice((stock.women if gender == "FEMALE" else stock.men).split())
    return f"{first} {family or rng.choice(stock.families.split())}"
